import { cashbackReversed, orderRefunded, pointsClawedBack } from '@florin/contracts';
import { Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { issuanceAccount, memberAccount } from '../src/members/points-accounts';
import { House, type Member, plain, ruled, type Shop, soon } from './house';

let house: House;
let shop: Shop;
beforeAll(async () => {
  house = await House.open();
  shop = await house.shop();
});
afterAll(() => house.close());

it('LOY-08: a refunded line gives back the points it earned, told and receipted', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 2_000 }, { totalMinor: 1_000 }]);
  await house.heard();
  const refund = shop.refund(order, { 0: 2_000 });
  expect(await shop.standing(ada)).toMatchObject({ points: 10, qualifying_points: 10 });
  const [receipt] = await shop.receipts(ada);
  expect(receipt).toMatchObject({
    kind: 'clawback',
    points: -20,
    balance_after: 10,
    order_id: order.orderId,
    refund_id: refund.refundId,
    reason: 'refunded',
  });
  expect(receipt?.steps).toEqual([
    {
      step: 'line',
      detail: `line ${order.lines[0]?.lineId}: 2000 of 2000 minor units refunded so far, of 20 points`,
      value: 20,
    },
    { step: 'owed', detail: 'points of the refunded part', value: 20 },
  ]);
  expect(await house.told(pointsClawedBack, { refundId: refund.refundId })).toEqual([
    expect.objectContaining({
      receiptId: receipt?.id,
      memberId: ada.id,
      orderId: order.orderId,
      points: 20,
      balance: 10,
    }),
  ]);
  expect(await shop.lots(ada)).toMatchObject([{ earned: 30, remaining: 10 }]);
});

it('CMP-LOY-1: thirds of a line give back its points to the last one, no matter how they round', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 1_000 }, { totalMinor: 1 }]);
  await house.heard();
  const lost: number[] = [];
  for (const part of [333, 333, 334]) {
    shop.refund(order, { 0: part });
    await house.heard();
    lost.push((await shop.receipts(ada))[0]?.points ?? 0);
  }
  expect(lost).toEqual([-3, -4, -3]);
  expect(await shop.standing(ada)).toMatchObject({ points: 0 });
});

it('the same refund told again, also by another message and all at once, takes back once', async () => {
  const club = await house.shop(ruled({ cashback: { rate_bps: 1_000, hold_days: 14 } }));
  const ada = club.member();
  const order = club.buy(ada, [{ totalMinor: 5_000 }]);
  await house.heard();
  const refund = club.refundOf(order, { 0: 2_000 });
  const id = newId();
  for (const copy of [id, id, newId(), newId(), newId()]) house.say(orderRefunded, refund, copy);
  await house.heard();
  house.say(orderRefunded, refund);
  expect(await club.standing(ada)).toMatchObject({ points: 30 });
  expect(await club.receipts(ada)).toHaveLength(2);
  expect(await house.told(pointsClawedBack, { refundId: refund.refundId })).toHaveLength(1);
  expect((await house.told(cashbackReversed, { refundId: refund.refundId })).map((each) => each.amountMinor)).toEqual([
    200,
  ]);
  await expect(
    house.service.query(
      `INSERT INTO loyalty_receipts SELECT gen_random_uuid(), kind, member_id, program_id, merchant_id, program_version, order_id, refund_id,
         points, balance_after, reason, steps, input, issued_at, qualifying_points FROM loyalty_receipts WHERE refund_id = $1`,
      [refund.refundId],
    ),
  ).rejects.toThrow('loyalty_receipts_once_per_refund');
});

it('a refund that overtakes its order waits for it, and then takes back what it earned', async () => {
  const ada = shop.member();
  const order = shop.order(ada, [{ totalMinor: 2_000 }, { totalMinor: 1_000 }]);
  shop.refund(order, { 1: 1_000 });
  await soon(async () => expect(await house.count('loyalty_receipts WHERE order_id = $1', [order.orderId])).toBe(0));
  await new Promise((passed) => setTimeout(passed, 300));
  shop.buy(ada, [], order);
  expect(await shop.standing(ada)).toMatchObject({ points: 20 });
  expect((await shop.receipts(ada)).map(({ kind, points }) => [kind, points])).toEqual([
    ['clawback', -10],
    ['earn', 30],
  ]);
});

it('LOY-27: a refund does not take the tier away, but what it took counts no longer towards the next', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 12_000 }]);
  await house.heard();
  shop.refund(order, { 0: 12_000 });
  expect(await shop.standing(ada)).toMatchObject({ tier: 'silver', points: 0, qualifying_points: 0 });
  shop.buy(ada, [{ totalMinor: 1_000 }]);
  expect(await shop.standing(ada)).toMatchObject({
    tier: 'silver',
    points: 12,
    next_tier: { name: 'silver', missing: 88 },
  });
});

it('DIF-LOY-3: takes back what was stored when it was earned, whatever the rules say by now', async () => {
  const club = await house.shop(ruled({ earning: { ...plain.rules.earning, points: 3 } }));
  const ada = club.member();
  const order = club.buy(ada, [{ totalMinor: 4_000 }]);
  const programId = (await club.standing(ada))?.program_id;
  const changed = await club.marketing.put(
    `/api/v1/loyalty/programs/${programId}`,
    ruled({ earning: { ...plain.rules.earning, points: 1 } }),
    { headers: { 'if-match': '"1"' } },
  );
  expect(changed.status).toBe(200);
  club.refund(order, { 0: 1_000 });
  expect(await club.standing(ada)).toMatchObject({ points: 90 });
  const [receipt] = await club.receipts(ada);
  expect(receipt).toMatchObject({ points: -30, program_version: 1 });
});

it('points that a cap cut are not taken back a second time', async () => {
  const club = await house.shop(ruled({ earning: { ...plain.rules.earning, max_per_order: 10 } }));
  const ada = club.member();
  const order = club.buy(ada, [{ totalMinor: 6_000 }, { totalMinor: 4_000 }]);
  await house.heard();
  club.refund(order, { 0: 6_000 });
  expect(await club.standing(ada)).toMatchObject({ points: 4 });
});

it('a refund of an order that earned nothing takes nothing, and leaves other points alone', async () => {
  const ada = shop.member();
  const small = shop.buy(ada, [{ totalMinor: 99 }]);
  shop.buy(ada, [{ totalMinor: 5_000 }]);
  await house.heard();
  shop.refund(small, { 0: 99 });
  expect(await shop.standing(ada)).toMatchObject({ points: 50 });
  const foreign = shop.order(ada, [{ totalMinor: 5_000 }], { currency: 'USD' });
  shop.refund(foreign, { 0: 5_000 });
  expect(await shop.standing(ada)).toMatchObject({ points: 50 });
  expect(await house.faults()).toEqual([]);
});

/** Points leave the lots, the books and the standing, as a redemption takes them. */
async function spend(member: Member, points: number): Promise<void> {
  const programId = (await shop.standing(member))?.program_id ?? '';
  const { app } = house.service;
  await app.get(Transactions).run(async (tx) => {
    await tx.execute('UPDATE loyalty_lots SET remaining = remaining - $2 WHERE member_id = $1', [member.id, points]);
    await tx.execute('UPDATE customer_loyalty SET points = points - $2 WHERE member_id = $1', [member.id, points]);
    const postings = [
      { account: memberAccount(member.id, programId), amountMinor: -points },
      { account: issuanceAccount(programId), amountMinor: points },
    ];
    await app.get(Ledger).post(tx, [{ key: `spent:${newId()}`, kind: 'spend', postings }]);
  });
}

it('GAP-LOY-10: points that were spent are named on the receipt, and the balance does not fall below zero', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 2_000 }, { totalMinor: 1_000 }]);
  await spend(ada, 25);
  shop.refund(order, { 0: 2_000 });
  expect(await shop.standing(ada)).toMatchObject({ points: 0, qualifying_points: 10 });
  const [receipt] = await shop.receipts(ada);
  expect(receipt).toMatchObject({ points: -5, balance_after: 0, reason: 'refunded_after_spending' });
  expect(receipt?.steps.map(({ step, value }) => [step, value])).toEqual([
    ['line', 20],
    ['owed', 20],
    ['spent', 15],
  ]);
  expect(await house.faults()).toEqual([]);
});

it('a crowd of refunds of one order at once takes back its points and no more', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 2_000 }]);
  await house.heard();
  for (let part = 0; part < 20; part += 1) shop.refund(order, { 0: 100 });
  expect(await shop.standing(ada)).toMatchObject({ points: 0, qualifying_points: 0 });
  const taken = (await shop.receipts(ada)).filter(({ kind }) => kind === 'clawback');
  expect(taken.reduce((sum, { points }) => sum + points, 0)).toBe(-20);
  expect(await house.faults()).toEqual([]);
});
