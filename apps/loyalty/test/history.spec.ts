import { newId } from '@florin/kernel';
import fc from 'fast-check';
import type { MemberStateDto, StateDiffDto } from '../src/history/history.dto';
import { House, type Member, ruled, type Shop } from './house';

const dayMs = 86_400_000;
const day = (number: number): string => new Date(Date.UTC(2026, 0, 1) + number * dayMs).toISOString();

let house: House;
let shop: Shop;
beforeAll(async () => {
  house = await House.open();
  shop = await house.shop(ruled({ expiry_days: 365 }));
});
afterAll(() => house.close());

type Query = Record<string, string>;

const support = () => house.staff('support_agent', shop.merchantId);

async function stateOf(member: Member, query: Query = {}) {
  const { status, body } = await support().get<MemberStateDto>(`/api/v1/members/${member.id}/state`, { query });
  expect(status).toBe(200);
  return body.programs[0];
}

const diffOf = async (member: Member, query: Query) =>
  (await support().get<StateDiffDto>(`/api/v1/members/${member.id}/state/diff`, { query })).body;

/** A moment of the database's clock after everything that was said, and before anything that will be. */
async function now(): Promise<string> {
  await house.heard();
  const [row] = await house.service.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  await house.service.query('SELECT pg_sleep(0.002)');
  return row?.now.toISOString() ?? '';
}

it('DIF-WAL-3: points, lots and tier are shown as they counted on a day, and as they were known on a day', async () => {
  const ada = shop.member();
  const first = shop.buy(ada, [{ totalMinor: 6_000 }], { completedAt: day(10) });
  const onceKnown = await now();
  shop.buy(ada, [{ totalMinor: 5_000 }], { completedAt: day(5) });
  await house.heard();
  shop.refund(first, { 0: 6_000 }, { refundedAt: day(20) });
  await house.heard();

  expect(await stateOf(ada, { as_of: day(7) })).toMatchObject({ points: 50, tier: 'bronze', lots: [{ points: 50 }] });
  expect(await stateOf(ada, { as_of: day(7), known_at: onceKnown })).toBeUndefined();
  expect(await stateOf(ada, { as_of: day(15) })).toMatchObject({ points: 110, tier: 'silver', lots_open: 2 });
  expect(await stateOf(ada, { as_of: day(15), known_at: onceKnown })).toMatchObject({ points: 60, tier: 'bronze' });
  expect(await stateOf(ada)).toMatchObject({
    points: 50,
    qualifying_points: 50,
    tier: 'silver',
    lots_open: 1,
    lots: [{ points: 50, earned_at: day(5) }],
  });
});

it('DIF-WAL-3: the difference between two moments is explained by receipts that sum to it, page by page', async () => {
  const ada = shop.member();
  for (const number of [1, 2, 3]) shop.buy(ada, [{ totalMinor: 1_000 * number }], { completedAt: day(number) });
  const known = await now();
  const order = shop.buy(ada, [{ totalMinor: 2_000 }], { completedAt: day(2) });
  shop.refund(order, { 0: 500 }, { refundedAt: day(4) });
  await house.heard();
  const query = { from: day(1), from_known_at: known, to: day(9), limit: '2' };
  const pages = [await diffOf(ada, query)];
  for (let cursor = pages[0]?.next_cursor; cursor; cursor = pages.at(-1)?.next_cursor)
    pages.push(await diffOf(ada, { ...query, cursor }));
  const events = pages.flatMap((each) => each.events);
  expect(events.map(({ kind, points, change }) => [kind, points, change])).toEqual([
    ['earn', 20, 'gained'],
    ['earn', 30, 'gained'],
    ['earn', 20, 'gained'],
    ['clawback', -5, 'gained'],
  ]);
  expect(pages[0]).toMatchObject({ from: { programs: [{ points: 10 }] }, to: { programs: [{ points: 75 }] } });
  const back = await diffOf(ada, { from: day(9), to: day(1), to_known_at: known });
  expect(back.events.reduce((sum, { points }) => sum + points, 0)).toBe(-65);
  expect(back.events.every(({ change }) => change === 'lost')).toBe(true);
});

it('DIF-WAL-3: the rules in force are those published by then', async () => {
  const other = await house.shop();
  const before = await now();
  const ada = other.member();
  other.buy(ada, [{ totalMinor: 1_000 }], { completedAt: day(1) });
  await house.heard();
  const staff = house.staff('support_agent', other.merchantId);
  const rulesOf = async (query: Query) =>
    (await staff.get<MemberStateDto>(`/api/v1/members/${ada.id}/state`, { query })).body.programs[0]?.rules;
  expect(await rulesOf({})).toMatchObject({ version: 1, rules: { earning: { points: 1 } } });
  const [program] = await house.service.query('SELECT id FROM loyalty_programs WHERE merchant_id = $1', [
    other.merchantId,
  ]);
  const changed = ruled({ earning: { points: 9, per_minor: 100, include_tax: true } });
  const answer = await other.marketing.put(`/api/v1/loyalty/programs/${String(program?.['id'])}`, changed, {
    headers: { 'if-match': '"1"' },
  });
  expect(answer.status).toBe(200);
  expect(await rulesOf({})).toMatchObject({ version: 2, rules: { earning: { points: 9 } } });
  expect(await rulesOf({ as_of: before })).toMatchObject({ version: 1, rules: { earning: { points: 1 } } });
  expect(await rulesOf({ as_of: day(2) })).toBeNull();
});

it('DIF-WAL-3: over random histories the state at any two times is what the events that count then sum to', async () => {
  const purchase = fc.record({
    on: fc.integer({ min: 0, max: 40 }),
    euros: fc.integer({ min: 1, max: 80 }),
    refunds: fc.array(fc.record({ after: fc.integer({ min: 0, max: 20 }), euros: fc.integer({ min: 1, max: 40 }) }), {
      maxLength: 2,
    }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(purchase, { minLength: 2, maxLength: 8 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.nat()), { minLength: 3, maxLength: 6 }),
      async (purchases, moments) => {
        const member = shop.member();
        const facts: { on: number; points: number; step: number }[] = [];
        const known: string[] = [];
        for (const { on, euros, refunds } of purchases) {
          const step = known.length;
          const order = shop.buy(member, [{ totalMinor: euros * 100 }], { completedAt: day(on) });
          await house.heard();
          const [receipt] = await shop.receipts(member);
          facts.push({ on, points: receipt?.points ?? 0, step });
          let left = euros;
          for (const { after, euros: back } of refunds) {
            if (back > left) continue;
            left -= back;
            shop.refund(order, { 0: back * 100 }, { refundedAt: day(on + after) });
            await house.heard();
            const [taken] = await shop.receipts(member);
            facts.push({ on: on + after, points: taken?.points ?? 0, step });
          }
          known.push(await now());
        }
        for (const [on, choice] of moments) {
          const step = choice % known.length;
          const counting = facts.filter((fact) => fact.on <= on && fact.step <= step);
          const seen = await stateOf(member, { as_of: day(on), known_at: known[step] ?? '' });
          const points = counting.reduce((sum, fact) => sum + fact.points, 0);
          expect(seen?.points ?? 0).toBe(points);
          expect((seen?.lots ?? []).reduce((sum, lot) => sum + lot.points, 0)).toBe(points);
        }
        expect((await stateOf(member, { as_of: day(99) }))?.points).toBe((await shop.standing(member))?.points);
      },
    ),
    { numRuns: 12 },
  );
  expect(await house.faults()).toEqual([]);
});

it('a member sees their own state, staff of another merchant nobody', async () => {
  const ada = shop.member();
  shop.buy(ada, [{ totalMinor: 1_000 }], { completedAt: day(1) });
  await house.heard();
  const own = await ada.http.get<MemberStateDto>('/api/v1/members/me/state');
  expect(own.body).toMatchObject({ member_id: ada.id, programs: [{ points: 10 }] });
  expect((await ada.http.get(`/api/v1/members/${ada.id}/state`)).status).toBe(403);
  const foreign = house.staff('support_agent', newId());
  expect((await foreign.get(`/api/v1/members/${ada.id}/state`)).status).toBe(404);
  expect((await foreign.get(`/api/v1/members/${ada.id}/state/diff`, { query: { from: day(1) } })).status).toBe(404);
  expect((await support().get(`/api/v1/members/${ada.id}/state`, { query: { as_of: 'yesterday' } })).status).toBe(400);
});

it('the movements of lots are never changed', async () => {
  await expect(house.service.query('UPDATE loyalty_lot_movements SET points = 1')).rejects.toThrow('append-only');
});
