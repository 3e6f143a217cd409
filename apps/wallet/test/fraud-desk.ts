import type { PaymentReserve } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { DecisionDetailDto, DecisionDto, ReviewDto } from '../src/fraud/fraud.dto';
import { defaultSettings, type FraudSettings } from '../src/fraud/fraud-settings';
import type { FraudSettingsDto } from '../src/fraud/fraud-settings.dto';
import type { TopupDto } from '../src/topups/topup.dto';
import { type Asked, House, type Member, type Page, soon } from './house';

export const clock = new FixedClock(new Date());
export let house: House;
export let staff: HttpClient;

/** Opens a house for the tests of this file, behind a proxy that tells the country; each test is a week after the one before. */
export function openScreening(): void {
  beforeAll(async () => {
    house = await House.open({
      clock,
      env: {
        TRUSTED_PROXIES: '127.0.0.1/32',
        CLIENT_COUNTRY_HEADER: 'X-Client-Country',
        RATE_LIMIT_ADDRESS_PER_MINUTE: '0',
      },
    });
    staff = house.staff('finance_ops');
  });
  afterAll(() => house.close());
  beforeEach(() => {
    house.wire.mend();
    // A new week: what went before counts no more.
    clock.advance(8 * 86_400_000);
  });
}

export const at = (address: string, country?: string) => ({
  'x-forwarded-for': address,
  ...(country && { 'x-client-country': country }),
});

/** Asks for a top-up, as a client at an address, and gives how it ended or that it waits. */
export async function topUp(
  member: Member,
  amountMinor: number,
  headers: Record<string, string> = {},
  more: object = {},
) {
  const body = { amount_minor: amountMinor, currency: 'EUR', card_token: 'tok_visa', ...more };
  const answer = await member.http.post<TopupDto>('/api/v1/topups', body, { headers: { ...headers } });
  expect(answer.status).toBe(202);
  return answer.body;
}

export async function ended(member: Member, topup: TopupDto): Promise<TopupDto> {
  let now = topup;
  await soon(async () => {
    now = (await member.http.get<TopupDto>(`/api/v1/topups/${topup.id}`)).body;
    expect(now.state).not.toBe('requested');
  });
  return now;
}

export async function decisionOf(query: Record<string, string>): Promise<DecisionDetailDto> {
  const { body } = await staff.get<Page<DecisionDto>>('/api/v1/fraud/decisions', { query });
  expect(body.data).toHaveLength(1);
  return (await staff.get<DecisionDetailDto>(`/api/v1/fraud/decisions/${body.data[0]?.id}`)).body;
}

export async function save(settings: FraudSettings, who: HttpClient = staff) {
  const before = await who.get<FraudSettingsDto>('/api/v1/fraud/settings');
  const answer = await who.put<FraudSettingsDto>('/api/v1/fraud/settings', settings, {
    headers: { 'if-match': before.headers.get('etag') ?? '' },
  });
  expect([answer.status, answer.problem]).toEqual([200, undefined]);
  return answer.body;
}

/** Everything with two signs is looked at; addresses on the list are refused. */
export const careful: FraudSettings = {
  ...defaultSettings,
  review_from: 30,
  deny_from: 90,
  address: { ...defaultSettings.address, denied: ['198.51.100.0/24'] },
  velocity: { weight: 60, window: '24h', cards_per_member: 1, members_per_card: 1, declines_in_row: 1 },
};

export async function reviewOf(paymentId: string): Promise<ReviewDto> {
  const { body } = await staff.get<Page<ReviewDto>>('/api/v1/fraud/reviews', { query: { limit: 100 } });
  const review = body.data.find(({ payment_id }) => payment_id === paymentId);
  if (!review) throw new Error(`no review of ${paymentId}`);
  return review;
}

export const decide = (id: string, decision: string, who: HttpClient = staff) =>
  who.post<ReviewDto>(`/api/v1/fraud/reviews/${id}`, { decision, reason: 'Called the cardholder.' });

/** A checkout whose card is the second of the member today: one sign. */
export async function suspicious(member: Member, asked: Asked): Promise<PaymentReserve> {
  await house.paid(member, { cardMinor: 700, cardFingerprint: `fp_${newId()}` });
  return house.reserve(member, { ...asked, cardFingerprint: `fp_${newId()}` });
}

export async function paymentIdOf({ orderId }: { orderId: string }): Promise<string> {
  let id = '';
  await soon(async () => {
    const rows = await house.service.query<{ id: string }>('SELECT id FROM payment_transactions WHERE order_id = $1', [
      orderId,
    ]);
    expect(rows).toHaveLength(1);
    id = rows[0]?.id ?? '';
  });
  return id;
}
