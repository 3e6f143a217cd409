import { orderCompleted, pointsEarned, tierUpgraded } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { earn } from '../src/earning/earning-rules';
import type { Program, ProgramRules } from '../src/programs/program-rules';
import { House, plain, ruled, type Shop } from './house';

interface StoredReceipt {
  order_id: string;
  points: number;
  reason: string;
  steps: unknown;
  input: {
    tier: string;
    is_frozen: boolean;
    earned_today: number;
    lines: { line_id: string; total_minor: number; tax_minor: number }[];
  };
  rules: ProgramRules;
}

/** What the sum does not depend on. */
const programFacts = {
  ...{ id: newId(), name: plain.name, currency: plain.currency, timeZone: plain.time_zone },
  ...{ status: 'active' as const, version: 1 },
};

let house: House;
let shop: Shop;
beforeAll(async () => {
  house = await House.open();
  shop = await house.shop();
});
afterAll(() => house.close());

it('LOY-05, LOY-67: a completed order earns points, told with the balance they make', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 1_450 }, { totalMinor: 2_999 }]);
  expect(await shop.standing(ada)).toMatchObject({ tier: 'bronze', points: 44, qualifying_points: 44 });
  const [receipt] = await shop.receipts(ada);
  const [lot] = await shop.lots(ada);
  expect(await house.told(pointsEarned, { memberId: ada.id })).toEqual([
    {
      receiptId: receipt?.id,
      memberId: ada.id,
      programId: receipt?.program_id,
      merchantId: shop.merchantId,
      orderId: order.orderId,
      points: 44,
      balance: 44,
      tier: 'bronze',
      reason: 'earned',
      earnedAt: order.completedAt,
      priceMinor: 4_449,
      currency: 'EUR',
      lots: [{ lotId: lot?.id, points: 44, funders: [{ funder: `merchant:${shop.merchantId}`, shareBps: 10_000 }] }],
    },
  ]);
});

it('LOY-05: the document says in which unit the value of each step of a receipt is', async () => {
  const ada = shop.member();
  shop.buy(ada, [{ totalMinor: 4_635 }]);
  const [receipt] = await shop.receipts(ada);
  const valueOf = (name: string) => receipt?.steps.find(({ step }) => step === name)?.value;
  expect([valueOf('eligible'), valueOf('base'), valueOf('round')]).toEqual([4_635, 4_635_000, 46]);
  const { body } = await house.service.http.get<{
    components: { schemas: { StepDto: { properties: { value: { description?: string } } } } };
  }>('/openapi.json');
  const { description } = body.components.schemas.StepDto.properties.value;
  expect(description).toMatch(
    /`eligible` is minor units.*`base` and `tier` are hundred-thousandths of a point \(4635000 is 46\.35/,
  );
});

it('an order earns once, told twice by one message or by two', async () => {
  const ada = shop.member();
  const order = shop.order(ada, [{ totalMinor: 2_000 }]);
  const id = newId();
  house.say(orderCompleted, order, id);
  house.say(orderCompleted, order, id);
  house.say(orderCompleted, order);
  await house.heard();
  house.say(orderCompleted, order);
  expect(await shop.standing(ada)).toMatchObject({ points: 20 });
  expect(await shop.receipts(ada)).toHaveLength(1);
  expect(await house.told(pointsEarned, { memberId: ada.id })).toHaveLength(1);
  await expect(
    house.service.query(
      `INSERT INTO loyalty_receipts SELECT gen_random_uuid(), kind, member_id, program_id, merchant_id, program_version, order_id, refund_id,
         points, balance_after, reason, steps, input, issued_at, qualifying_points FROM loyalty_receipts WHERE order_id = $1`,
      [order.orderId],
    ),
  ).rejects.toThrow('loyalty_receipts_once_per_order');
});

it('the receipt says why: what counted, at which rate, times which tier, and what was cut', async () => {
  const club = await house.shop(
    ruled({ earning: { points: 2, per_minor: 100, include_tax: false, max_per_order: 50 } }),
  );
  const ada = club.member();
  club.buy(ada, [{ totalMinor: 12_100, taxMinor: 2_100 }]);
  const [receipt] = await club.receipts(ada);
  expect(receipt).toMatchObject({ kind: 'earn', points: 50, balance_after: 50, program_version: 1, reason: 'earned' });
  expect(receipt?.steps).toEqual([
    { step: 'eligible', detail: 'what the lines cost without tax', value: 10_000 },
    { step: 'base', detail: '2 points for every 100 minor units', value: 20_000_000 },
    { step: 'tier', detail: 'bronze earns 1 times', value: 20_000_000 },
    { step: 'round', detail: 'down to whole points', value: 200 },
    { step: 'order_cap', detail: 'at most 50 points an order', value: 50 },
  ]);
});

it('a receipt holds all that it takes to compute it again', async () => {
  const club = await house.shop(
    ruled({ earning: { points: 3, per_minor: 100, include_tax: false, max_per_order: 400, max_per_day: 500 } }),
  );
  const ada = club.member();
  for (const totalMinor of [4_321, 17_000, 3_333]) {
    club.buy(ada, [{ totalMinor, taxMinor: 321 }, { totalMinor: 99 }]);
    await house.heard();
  }
  const receipts = await house.service.query<StoredReceipt>(
    `SELECT receipt.order_id, receipt.points, receipt.reason, receipt.steps, receipt.input, version.rules
     FROM loyalty_receipts AS receipt JOIN loyalty_program_versions AS version
       ON version.program_id = receipt.program_id AND version.version = receipt.program_version
     WHERE receipt.member_id = $1`,
    [ada.id],
  );
  expect(receipts).toHaveLength(3);
  for (const { order_id: orderId, points, reason, steps, input, rules } of receipts) {
    const program: Program = { ...programFacts, merchantId: club.merchantId, rules };
    const { tier, is_frozen: isFrozen, earned_today: earnedToday } = input;
    const lines = input.lines.map((line) => ({
      lineId: line.line_id,
      totalMinor: line.total_minor,
      taxMinor: line.tax_minor,
    }));
    const again = earn(program, { tier, isFrozen, earnedToday }, { orderId, lines });
    expect([again.points, again.reason, again.steps]).toEqual([points, reason, steps]);
  }
});

it('LOY-25, LOY-69: points raise the tier, which is told and multiplies what comes after', async () => {
  const ada = shop.member();
  shop.buy(ada, [{ totalMinor: 10_000 }]);
  expect(await shop.standing(ada)).toMatchObject({
    tier: 'silver',
    points: 100,
    next_tier: { name: 'gold', missing: 200 },
  });
  shop.buy(ada, [{ totalMinor: 1_050 }]);
  expect(await shop.standing(ada)).toMatchObject({ points: 113 });
  shop.buy(ada, [{ totalMinor: 20_000 }]);
  expect(await shop.standing(ada)).toMatchObject({ tier: 'gold', points: 363, next_tier: null });
  const told = await house.told(tierUpgraded, { memberId: ada.id });
  expect(told.map(({ fromTier, toTier, origin }) => [fromTier, toTier, origin])).toEqual([
    ['bronze', 'silver', 'checkout'],
    ['silver', 'gold', 'checkout'],
  ]);
});

it('every change of tier is kept with when it was and what led to it', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 30_000 }]);
  await house.heard();
  expect(
    await house.service.query(
      'SELECT from_tier, to_tier, qualifying_points, caused_by, changed_at FROM loyalty_tier_snapshots WHERE member_id = $1',
      [ada.id],
    ),
  ).toEqual([
    {
      from_tier: 'bronze',
      to_tier: 'gold',
      qualifying_points: 300,
      caused_by: `order:${order.orderId}`,
      changed_at: new Date(order.completedAt),
    },
  ]);
});

it('LOY-47: at most so many points a day, and the receipt of what was not given says so', async () => {
  const club = await house.shop(ruled({ earning: { ...plain.rules.earning, max_per_day: 60 } }));
  const ada = club.member();
  for (const totalMinor of [4_000, 4_000, 4_000]) {
    club.buy(ada, [{ totalMinor }]);
    await house.heard();
  }
  expect((await club.receipts(ada)).map(({ points, reason }) => [points, reason])).toEqual([
    [0, 'daily_cap_reached'],
    [20, 'earned'],
    [40, 'earned'],
  ]);
  club.buy(ada, [{ totalMinor: 4_000 }], { completedAt: new Date(Date.now() - 3 * 86_400_000).toISOString() });
  expect(await club.standing(ada)).toMatchObject({ points: 100 });
});

it('LOY-47: the day is one of the program: in its time zone midnight parts two orders of one UTC day', async () => {
  const club = await house.shop(
    ruled({ earning: { ...plain.rules.earning, max_per_day: 10 } }, { time_zone: 'Pacific/Auckland' }),
  );
  const [ada, ben] = [club.member(), club.member()];
  // Midnight in Auckland is 12:00 UTC in July.
  club.buy(ada, [{ totalMinor: 5_000 }], { completedAt: '2026-07-01T11:59:59.000Z' });
  club.buy(ada, [{ totalMinor: 5_000 }], { completedAt: '2026-07-01T12:00:00.000Z' });
  club.buy(ben, [{ totalMinor: 5_000 }], { completedAt: '2026-07-01T12:00:00.000Z' });
  club.buy(ben, [{ totalMinor: 5_000 }], { completedAt: '2026-07-02T11:59:59.000Z' });
  expect(await club.standing(ada)).toMatchObject({ points: 20 });
  expect(await club.standing(ben)).toMatchObject({ points: 10 });
});

it('LOY-47: a crowd of orders at once does not get past the daily cap', async () => {
  const club = await house.shop(ruled({ earning: { ...plain.rules.earning, max_per_day: 60 } }));
  const ada = club.member();
  for (let order = 0; order < 30; order += 1) club.buy(ada, [{ totalMinor: 700 }]);
  expect(await club.standing(ada)).toMatchObject({ points: 60 });
  expect(await house.faults()).toEqual([]);
});

it('a frozen member earns nothing, and the receipt says why', async () => {
  const ada = shop.member();
  shop.verify(ada);
  await house.heard();
  await house.service.query('UPDATE customer_loyalty SET is_frozen = true WHERE member_id = $1', [ada.id]);
  shop.buy(ada, [{ totalMinor: 5_000 }]);
  const [receipt] = await shop.receipts(ada);
  expect(receipt).toMatchObject({ kind: 'refused', points: 0, reason: 'member_frozen' });
  expect(await shop.standing(ada)).toMatchObject({ points: 0 });
});

it('a suspended program gives nothing, and the receipt says why', async () => {
  const club = await house.shop(ruled({ cashback: { rate_bps: 500, hold_days: 14 } }));
  await house.service.query(`UPDATE loyalty_programs SET status = 'suspended' WHERE merchant_id = $1`, [
    club.merchantId,
  ]);
  const ada = club.member();
  club.buy(ada, [{ totalMinor: 5_000 }]);
  expect(await club.receipts(ada)).toMatchObject([{ kind: 'refused', points: 0, reason: 'program_suspended' }]);
  expect(await house.count('loyalty_cashback WHERE member_id = $1', [ada.id])).toBe(0);
});

it('GAP-LOY-08: an order too small for a point has a receipt all the same', async () => {
  const ada = shop.member();
  shop.buy(ada, [{ totalMinor: 99 }]);
  expect(await shop.receipts(ada)).toMatchObject([{ kind: 'earn', points: 0, reason: 'below_one_point' }]);
  expect(await shop.lots(ada)).toEqual([]);
});

it('every earning is a lot with its own expiry, and the lots are the balance', async () => {
  const club = await house.shop(ruled({ expiry_days: 365 }));
  const ada = club.member();
  const orders = ['2026-01-01T10:00:00.000Z', '2026-02-01T10:00:00.000Z'].map((completedAt) =>
    club.buy(ada, [{ totalMinor: 3_000 }], { completedAt }),
  );
  const lots = await club.lots(ada);
  expect(
    new Set(lots.map((lot) => `${lot.order_id} ${lot.earned} ${lot.remaining} ${String(lot.expires_at)}`)),
  ).toEqual(
    new Set([
      `${orders[0]?.orderId} 30 30 2027-01-01T10:00:00.000Z`,
      `${orders[1]?.orderId} 30 30 2027-02-01T10:00:00.000Z`,
    ]),
  );
  expect(await club.standing(ada)).toMatchObject({ points: 60 });
  expect(await house.faults()).toEqual([]);
});

it('LOY-02: each movement is a journal: points come out of the program and go to the member', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 3_000 }]);
  const programId = (await shop.standing(ada))?.program_id;
  const postings = await house.service.query(
    `SELECT account.code, posting.amount FROM ledger_journals AS journal
     JOIN ledger_postings AS posting ON posting.journal_id = journal.id JOIN ledger_accounts AS account ON account.id = posting.account_id
     WHERE journal.reference = $1 ORDER BY posting.amount`,
    [`order:${order.orderId}`],
  );
  expect(postings).toEqual([
    { code: `program:${programId}:issuance`, amount: -30 },
    { code: `member:${ada.id}:points:${programId}`, amount: 30 },
  ]);
});

it('an order of a merchant without a program, or in another currency, earns nothing', async () => {
  const ada = shop.member();
  shop.buy(ada, [{ totalMinor: 5_000 }], { currency: 'USD' });
  shop.buy(ada, [{ totalMinor: 5_000 }], { merchantId: newId() });
  expect(await shop.standing(ada)).toBeUndefined();
  expect(await house.count('loyalty_receipts WHERE member_id = $1', [ada.id])).toBe(0);
});
