import { newId } from '@florin/kernel';
import fc from 'fast-check';
import type { StateDiffDto, StateEventDto, WalletStateDto } from '../src/history/history.dto';
import type { WrittenDto } from '../src/books/journal.dto';
import { House, type Member } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

const officer = () => house.staff('finance_ops');
const pathOf = ({ id }: Member) => `/api/v1/wallet/members/${id}/state`;
type Query = Record<string, string | number>;
const state = async (member: Member, query: Query = {}): Promise<WalletStateDto> => {
  const answer = await officer().get<WalletStateDto>(pathOf(member), { query });
  expect(answer.status).toBe(200);
  return answer.body;
};
const euros = ({ balances }: WalletStateDto) => balances.find(({ currency }) => currency === 'EUR');
const walletOf = ({ id }: Member) => `member:${id}:merchant:${house.merchantId}:wallet:EUR`;
const sales = () => `merchant:${house.merchantId}:sales:EUR`;
const book = async (member: Member, amount_minor: number, effective_at?: string): Promise<string> => {
  const postings = [
    { account: walletOf(member), amount_minor },
    { account: sales(), amount_minor: -amount_minor },
  ];
  const answer = await officer().post<WrittenDto>('/api/v1/ledger/journals', {
    postings,
    effective_at,
    reason: 'History',
  });
  expect(answer.status).toBe(201);
  return String(answer.body.journals[0]?.journal_id);
};
/** An instant of the database after all that was written so far and before all that comes. */
const instant = async (): Promise<string> => {
  await new Promise((resolve) => setTimeout(resolve, 3));
  const now = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 3));
  return now;
};

it('DIF-WAL-3: a member’s money as it counted on a day, as it was known on a day, and both', async () => {
  const ada = await house.rich(1_000);
  const before = await instant();
  await book(ada, 200, '2026-01-10T00:00:00.000Z');
  const after = await instant();
  const posted = async (query: Query) => euros(await state(ada, query))?.posted_minor ?? 0;
  expect(await posted({})).toBe(1_200);
  expect(await posted({ known_at: before })).toBe(1_000);
  expect(await posted({ known_at: after })).toBe(1_200);
  expect(await posted({ as_of: '2026-02-01T00:00:00Z' })).toBe(200);
  expect(await posted({ as_of: '2026-02-01T00:00:00Z', known_at: before })).toBe(0);
  expect((await state(ada, { known_at: '2020-01-01T00:00:00Z' })).balances).toEqual([]);
});

it('DIF-WAL-3: what was held, frozen and granted then, whatever became of it since', async () => {
  const ada = await house.rich(1_000);
  const free = await instant();
  const held = house.reserve(ada, { walletMinor: 300 });
  await house.reached(held, 'reserved');
  const freeze = { scope: 'debits', reason: 'The phone was stolen' };
  expect((await officer().post(`/api/v1/wallet/members/${ada.id}/freezes`, freeze)).status).toBe(201);
  const busy = await instant();
  house.release(held);
  await house.reached(held, 'released');
  expect((await officer().post(`/api/v1/wallet/members/${ada.id}/freezes/lift`, { reason: 'Found' })).status).toBe(200);
  const grant = { currency: 'EUR', amount_minor: 70, reason: 'Sorry', member_id: ada.id };
  const granted = await officer().post('/api/v1/wallet/store-credit', grant);
  expect(granted.status).toBe(201);
  const [then, now, first] = [
    await state(ada, { known_at: busy }),
    await state(ada),
    await state(ada, { known_at: free }),
  ];
  expect(then).toMatchObject({
    balances: [{ posted_minor: 1_000, held_minor: 300, available_minor: 700 }],
    holds: [{ amount_minor: 300, reference: `order:${held.orderId}` }],
    freeze,
    stored_value: [],
  });
  expect(now).toMatchObject({ balances: [{ held_minor: 0 }], holds: [], freeze: null });
  expect(now.stored_value).toMatchObject([{ what: 'store_credit', balance_minor: 70 }]);
  expect(first).toMatchObject({ balances: [{ held_minor: 0 }], holds: [], freeze: null, stored_value: [] });
  const mine = await ada.http.get<WalletStateDto>('/api/v1/wallet/state', { query: { known_at: busy } });
  expect(mine.body.balances).toEqual(then.balances);
});

interface Booking {
  amount: number;
  /** Days before the first of June on which it counts; 0 for when it is written. */
  daysBack: number;
  undone: 'never' | 'now' | 'original';
}
const bookings = fc.array(
  fc.record<Booking>({
    amount: fc.integer({ min: -500, max: 500 }).filter((amount) => amount !== 0),
    daysBack: fc.integer({ min: 0, max: 60 }),
    undone: fc.constantFrom('never', 'now', 'original'),
  }),
  { minLength: 2, maxLength: 12 },
);
const june = Date.parse('2026-06-01T00:00:00Z');
const dayOf = (daysBack: number) => new Date(june - daysBack * 86_400_000).toISOString();

it('DIF-WAL-3: between any two moments of any history the journals sum to the difference, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(bookings, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), async (history, picks) => {
      const member = await house.rich(10_000);
      // What is known of each posting: when it counts and when it was written down, as the books say it.
      const moments = [await instant()];
      for (const { amount, daysBack, undone } of history) {
        const id = await book(member, amount, daysBack === 0 ? undefined : dayOf(daysBack));
        moments.push(await instant());
        if (undone === 'never') continue;
        const reversal = { at: undone, reason: 'Not so' };
        expect((await officer().post(`/api/v1/ledger/journals/${id}/reversal`, reversal)).status).toBe(201);
        moments.push(await instant());
      }
      const known = (pick: number) => moments[pick % moments.length] ?? '';
      const asOf = (pick: number) => (pick % 3 === 0 ? known(pick) : dayOf(pick % 61));
      const [a, b, c, d] = picks as [number, number, number, number];
      const query = { from: asOf(a), from_known_at: known(b), to: asOf(c), to_known_at: known(d), limit: 3 };
      const events: StateEventDto[] = [];
      let whole: StateDiffDto | undefined;
      let cursor: string | null = '';
      while (cursor !== null) {
        const { body }: { body: StateDiffDto } = await officer().get(`${pathOf(member)}/diff`, {
          query: { ...query, ...(cursor && { cursor }) },
        });
        events.push(...body.events);
        whole = body;
        cursor = body.next_cursor;
      }
      const explained = events
        .filter(({ account }) => account === walletOf(member))
        .reduce((sum, { amount_minor }) => sum + amount_minor, 0);
      const at = (moment: WalletStateDto | undefined) => (moment && euros(moment)?.posted_minor) ?? 0;
      expect(explained).toBe(at(whole?.to) - at(whole?.from));
      // A model that knows nothing of running balances: add up what counted, of what was known.
      const rows = await house.service.query<{ amount: number; effective_at: Date; inserted_at: Date }>(
        `SELECT amount, effective_at, inserted_at FROM ledger_postings JOIN ledger_accounts ON ledger_accounts.id = account_id WHERE code = $1`,
        [walletOf(member)],
      );
      const model = (by: string, knownBy: string) =>
        rows
          .filter((row) => row.effective_at <= new Date(by) && row.inserted_at <= new Date(knownBy))
          .reduce((sum, { amount }) => sum + amount, 0);
      expect(at(whole?.from)).toBe(model(query.from, query.from_known_at));
      expect(at(whole?.to)).toBe(model(query.to, query.to_known_at));
    }),
    { numRuns: 10 },
  );
}, 120_000);

it('the money of a member is shown to staff of the merchant alone', async () => {
  const ada = await house.rich(1_000);
  const foreign = house.staff('finance_ops', [newId()]);
  expect((await foreign.get(pathOf(ada))).status).toBe(404);
  expect((await foreign.get(`${pathOf(ada)}/diff`, { query: { from: '2026-01-01T00:00:00Z' } })).status).toBe(404);
  expect((await ada.http.get(pathOf(ada))).status).toBe(403);
  const answer = await officer().get(`${pathOf(ada)}/diff`, { query: { from: 'yesterday' } });
  expect([answer.status, answer.problem?.errors?.[0]?.field]).toEqual([400, 'from']);
});
