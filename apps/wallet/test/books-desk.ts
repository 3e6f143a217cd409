import { newId } from '@florin/kernel';
import { type HttpClient, noLimits } from '@florin/testing';
import type { AccountDto } from '../src/books/account.dto';
import type { WrittenDto } from '../src/books/journal.dto';
import { House, type Member } from './house';

export let house: House;
/** Somebody of finance. */
export let officer: HttpClient;
/** Has ten euros. */
export let ada: Member;

/** Opens a house for the tests of this file, and a new member for each. */
export function openBooks(): void {
  beforeAll(async () => {
    house = await House.open({ env: { ...noLimits } });
    officer = clerk(newId());
  });
  afterAll(() => house.close());
  beforeEach(async () => (ada = await house.rich(1_000)));
}

export const books = '/api/v1/ledger';
export const callerOf = (sub: string) => ({ sub, roles: ['finance_ops'], merchants: [house.merchantId] });
export const clerk = (sub: string) => house.service.http.as(callerOf(sub));
export const walletOf = ({ id }: Member, currency = 'EUR') =>
  `member:${id}:merchant:${house.merchantId}:wallet:${currency}`;
export const own = (name: string, currency = 'EUR') => `merchant:${house.merchantId}:books:${name}:${currency}`;
export const pathOf = (code: string) => `${books}/accounts/${encodeURIComponent(code)}`;
export const open = async (name: string, allow_negative = true, currency = 'EUR'): Promise<string> => {
  const answer = await officer.post<AccountDto>(`${books}/accounts`, { name, currency, allow_negative });
  expect(answer.status).toBe(201);
  return answer.body.code;
};
export const account = async (code: string, query: Record<string, string> = {}): Promise<AccountDto> =>
  (await officer.get<AccountDto>(pathOf(code), { query })).body;
export const journal = (postings: [string, number][], more: object = {}) => ({
  postings: postings.map(([code, amount_minor]) => ({ account: code, amount_minor })),
  reason: 'Put right by hand',
  ...more,
});
export const post = (body: object, query: Record<string, string> = {}, by = officer) =>
  by.post<WrittenDto>(`${books}/journals`, body, { query });
