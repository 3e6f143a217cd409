import { orderCompleted, type OrderCompleted, orderRefunded, type OrderRefunded } from '@florin/contracts';
import { newId } from '@florin/kernel';
import fc from 'fast-check';
import { House, type Member, ruled, type Shop } from './house';

let house: House;
let shop: Shop;
beforeAll(async () => {
  house = await House.open();
  shop = await house.shop(
    ruled({ earning: { points: 3, per_minor: 100, include_tax: false }, cashback: { rate_bps: 333, hold_days: 14 } }),
  );
});
afterAll(() => house.close());

interface Bought {
  order: OrderCompleted;
  refunds: OrderRefunded[];
  /** Of each line, what was given back in the end. */
  returned: number[];
}

const line = fc.record({
  totalMinor: fc.integer({ min: 0, max: 9_999 }),
  taxBps: fc.integer({ min: 0, max: 2_500 }),
  /** In how many parts it is given back, and whether wholly. */
  parts: fc.integer({ min: 0, max: 3 }),
  isWhole: fc.boolean(),
});
const history = fc.record({
  orders: fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
  copies: fc.infiniteStream(fc.integer({ min: 1, max: 2 })),
  order: fc.infiniteStream(fc.integer({ min: 0, max: 1_000 })),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

function bought(member: Member, lines: History['orders'][number]): Bought {
  const order = shop.order(
    member,
    lines.map(({ totalMinor, taxBps }) => ({ totalMinor, taxMinor: Math.floor((totalMinor * taxBps) / 12_500) })),
  );
  const parts = lines.flatMap(({ totalMinor, parts: count, isWhole }, index) => {
    const whole = isWhole ? totalMinor : Math.floor(totalMinor / 2);
    return Array.from({ length: count }, (_, part) => ({
      index,
      amount: Math.floor((whole * (part + 1)) / count) - Math.floor((whole * part) / count),
    }));
  });
  const refunds = parts.map(({ index, amount }) => shop.refundOf(order, { [index]: amount }));
  const returned = lines.map((_, index) =>
    parts.filter((part) => part.index === index).reduce((sum, { amount }) => sum + amount, 0),
  );
  return { order, refunds, returned };
}

/** Tells it all, some of it twice, the refunds in any order and mixed among members and orders. */
async function tell(all: readonly Bought[], { copies, order }: History): Promise<void> {
  const [copy, shuffled] = [copies[Symbol.iterator](), order[Symbol.iterator]()];
  const often = () => Array.from({ length: copy.next().value ?? 1 });
  for (const { order: placed } of all) often().forEach(() => house.say(orderCompleted, placed, newId()));
  await house.heard();
  const refunds = all
    .flatMap((each) => each.refunds)
    .map((refund) => ({ refund, at: shuffled.next().value ?? 0 }))
    .sort((a, b) => a.at - b.at);
  for (const { refund } of refunds) often().forEach(() => house.say(orderRefunded, refund, newId()));
  await house.heard();
}

it('DIF-LOY-3, CMP-LOY-1: no history of orders and refunds, in any order and told twice, mints or loses a point', async () => {
  const crowd = fc.array(history, { minLength: 12, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(crowd, async (stories) => void (await Promise.all(stories.map(expectNothingMinted)))),
    { numRuns: 2, endOnFailure: true },
  );
  expect(await house.faults()).toEqual([]);
});

async function expectNothingMinted(story: History): Promise<void> {
  const ada = shop.member();
  const all = story.orders.map((lines) => bought(ada, lines));
  await tell(all, story);
  const standing = await shop.standing(ada);
  const receipts = await house.service.query<{ order_id: string; kind: string; points: number }>(
    'SELECT order_id, kind, points FROM loyalty_receipts WHERE member_id = $1',
    [ada.id],
  );
  expect(receipts).toHaveLength(all.length + all.flatMap((each) => each.refunds).length);
  expect(standing?.points).toBe(receipts.reduce((sum, { points }) => sum + points, 0));
  expect(standing?.points).toBe(standing?.qualifying_points);
  for (const each of all) await expectAlgebra(each, receipts);
}

async function expectAlgebra(
  { order, refunds, returned }: Bought,
  receipts: readonly { order_id: string; kind: string; points: number }[],
): Promise<void> {
  const own = receipts.filter(({ order_id }) => order_id === order.orderId);
  const earned = own.filter(({ kind }) => kind === 'earn').reduce((sum, { points }) => sum + points, 0);
  const rows = await house.service.query<{ line_id: string; points: number; clawed_points: number }>(
    'SELECT line_id, points, clawed_points FROM loyalty_earned_lines WHERE order_id = $1',
    [order.orderId],
  );
  expect(rows.reduce((sum, { points }) => sum + points, 0)).toBe(earned);
  for (const [index, { lineId, totalMinor }] of order.lines.entries()) {
    const row = rows.find(({ line_id }) => line_id === lineId);
    const back = returned[index] ?? 0;
    // Half up, of the points that the line was given.
    const owed = totalMinor === 0 ? 0 : Math.floor((2 * (row?.points ?? 0) * back + totalMinor) / (2 * totalMinor));
    expect(row?.clawed_points).toBe(owed);
    if (back === totalMinor && totalMinor > 0) expect(row?.clawed_points).toBe(row?.points);
  }
  const [cashback] = await house.service.query<{ amount_minor: number; reversed_minor: number }>(
    'SELECT amount_minor, reversed_minor FROM loyalty_cashback WHERE order_id = $1',
    [order.orderId],
  );
  const amount = Math.floor((order.totalMinor * 333) / 10_000);
  const back = refunds.reduce((sum, refund) => sum + refund.totalMinor, 0);
  expect(cashback?.amount_minor ?? 0).toBe(amount);
  if (cashback)
    expect(cashback.reversed_minor).toBe(Math.floor((2 * amount * back + order.totalMinor) / (2 * order.totalMinor)));
}
