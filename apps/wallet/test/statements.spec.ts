import { newId } from '@florin/kernel';
import fc from 'fast-check';
import type { StatementDto } from '../src/accounts/statement.dto';
import { House, type Member } from './house';

let house: House;
let ada: Member;
let ben: Member;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => ([ada, ben] = await Promise.all([house.rich(1_000), house.rich(500)])));

const path = '/api/v1/wallet/statements';
const give = (from: Member, to: Member, amount_minor: number) =>
  from.http.post<{ created_at: string }>('/api/v1/wallet/transfers', {
    to_member_id: to.id,
    amount_minor,
    currency: 'EUR',
  });
const statement = async (member: Member, query: Record<string, string | number> = {}): Promise<StatementDto> => {
  const answer = await member.http.get<StatementDto>(path, { query: { currency: 'EUR', ...query } });
  expect(answer.status).toBe(200);
  return answer.body;
};

it('GAP-WAL-15: opens with what was in the wallet, tells each line with the true balance after it, and closes', async () => {
  await give(ada, ben, 100);
  await give(ben, ada, 30);
  await house.paid(ada, { walletMinor: 200 });
  const whole = await statement(ada);
  expect([whole.opening_minor, whole.closing_minor]).toEqual([0, 730]);
  expect(
    whole.lines.map(({ kind, amount_minor, balance_after_minor }) => [kind, amount_minor, balance_after_minor]),
  ).toEqual([
    ['topup', 1_000, 1_000],
    ['transfer', -100, 900],
    ['transfer', 30, 930],
    ['wallet_payment', -200, 730],
  ]);
  const [from, to] = [whole.lines[1], whole.lines[3]].map((line) => String(line?.posted_at));
  const middle = await statement(ada, { from: from ?? '', to: to ?? '' });
  expect([middle.opening_minor, middle.closing_minor, middle.lines]).toEqual([1_000, 930, whole.lines.slice(1, 3)]);
});

it('GAP-WAL-15: whatever happened, any span of it and any size of page add up from opening to closing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 400 })), { minLength: 2, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      async (moves, limit) => {
        const [eve, fay] = await Promise.all([house.rich(300), house.rich(300)]);
        // What a wallet does not hold is refused and leaves no line.
        for (const [there, amount] of moves) await (there ? give(eve, fay, amount) : give(fay, eve, amount));
        const whole = await statement(eve, { limit: 100 });
        for (const line of whole.lines) {
          const from = String(line.posted_at);
          let [balance, cursor]: [number | undefined, string | null] = [undefined, ''];
          let closing = -1;
          while (cursor !== null) {
            const part: StatementDto = await statement(eve, { from, limit, ...(cursor && { cursor }) });
            balance ??= part.opening_minor;
            for (const { amount_minor, balance_after_minor } of part.lines) {
              balance += amount_minor;
              expect(balance_after_minor).toBe(balance);
            }
            [closing, cursor] = [part.closing_minor, part.next_cursor];
          }
          expect(balance).toBe(closing);
        }
        expect(whole.closing_minor).toBe((await house.wallet(eve))?.posted_minor);
      },
    ),
    { numRuns: 8 },
  );
}, 60_000);

it('GAP-WAL-15: a month is a statement of its own', async () => {
  const month = new Date().toISOString().slice(0, 7);
  expect(await statement(ada, { month })).toEqual(await statement(ada));
  const earlier = await statement(ada, { month: '2024-02' });
  expect(earlier).toMatchObject({
    from: '2024-02-01T00:00:00.000Z',
    to: '2024-03-01T00:00:00.000Z',
    opening_minor: 0,
    closing_minor: 0,
    lines: [],
  });
});

it('as CSV it says the same, page after page, and runs nothing in a spreadsheet', async () => {
  await give(ada, ben, 100);
  await house.service.query(
    `INSERT INTO wallet_transactions (merchant_id, member_id, currency, created_at, seq, journal_id, kind, amount_minor, balance_after_minor, effective_at, reference)
     SELECT merchant_id, member_id, currency, now(), 3, $2, 'adjustment', 5, 905, now(), '=HYPERLINK("https://evil.test","a,b")' FROM wallets WHERE member_id = $1`,
    [ada.id, newId()],
  );
  const whole = await statement(ada);
  const headers = { accept: 'text/csv' };
  const first = await ada.http.get<string>(path, { query: { currency: 'EUR', limit: 2 }, headers });
  expect(first.headers.get('content-type')).toMatch(/^text\/csv/);
  const cursor = first.headers.get('next-cursor') ?? '';
  const second = await ada.http.get<string>(path, { query: { currency: 'EUR', limit: 2, cursor }, headers });
  expect(second.headers.get('next-cursor')).toBeNull();
  const rows = `${first.body}${second.body}`.trim().split('\n');
  expect(rows[0]).toBe(
    'posted_at,effective_at,kind,reference,counterparty_id,currency,amount_minor,balance_after_minor',
  );
  expect(rows[1]).toBe(`${String(whole.from)},,opening,,,EUR,,0`);
  expect(rows[2]).toMatch(/,topup,topup:[0-9a-f-]+,,EUR,1000,1000$/);
  expect(rows[4]).toMatch(/,adjustment,"'=HYPERLINK\(""https:\/\/evil.test"",""a,b""\)",,EUR,5,905$/);
  expect(rows[5]).toBe(`${String(whole.to)},,closing,,,EUR,,905`);
});

it('a span that makes no sense is refused; staff read those of their merchant only', async () => {
  const refused = async (query: Record<string, string>) =>
    (await ada.http.get(path, { query: { currency: 'EUR', ...query } })).problem?.errors?.[0]?.field;
  expect(await refused({ month: '2026-11', from: '2026-11-01T00:00:00Z' })).toBe('month');
  expect(await refused({ from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' })).toBe('to');
  expect(await refused({ month: '2026-13' })).toBe('month');
  expect(await refused({ from: 'yesterday' })).toBe('from');
  const ofMember = `/api/v1/wallet/members/${ada.id}/statements`;
  const read = async (merchants?: string[]) =>
    (await house.staff('support_agent', merchants).get<StatementDto>(ofMember, { query: { currency: 'EUR' } })).body;
  expect((await read()).closing_minor).toBe(1_000);
  expect((await read([newId()])).closing_minor).toBe(0);
  expect((await ben.http.get(ofMember, { query: { currency: 'EUR' } })).status).toBe(403);
});
