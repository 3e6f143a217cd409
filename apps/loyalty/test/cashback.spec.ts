import { cashbackAccrued, cashbackReversed } from '@florin/contracts';
import { House, ruled, type Shop } from './house';

const dayMs = 86_400_000;

let house: House;
let shop: Shop;
beforeAll(async () => {
  house = await House.open();
  shop = await house.shop(ruled({ cashback: { rate_bps: 250, hold_days: 14 } }));
});
afterAll(() => house.close());

it('LOY-107: an order earns its rate in cashback, down to whole cents, due when the goods can come back no more', async () => {
  const ada = shop.member();
  const order = shop.buy(ada, [{ totalMinor: 1_999 }]);
  await house.heard();
  expect(await house.told(cashbackAccrued, { orderId: order.orderId })).toEqual([
    {
      cashbackId: expect.any(String),
      orderId: order.orderId,
      memberId: ada.id,
      merchantId: shop.merchantId,
      amountMinor: 49,
      currency: 'EUR',
      payableAt: new Date(Date.parse(order.completedAt) + 14 * dayMs).toISOString(),
    },
  ]);
});

it('cashback is told once, however often the order is', async () => {
  const order = shop.order(shop.member(), [{ totalMinor: 4_000 }]);
  shop.buy(shop.member(), [], order);
  shop.buy(shop.member(), [], order);
  await house.heard();
  expect(await house.told(cashbackAccrued, { orderId: order.orderId })).toHaveLength(1);
});

it('tells of none where there is none: too small an order, or a program without', async () => {
  const tiny = shop.buy(shop.member(), [{ totalMinor: 39 }]);
  const plainShop = await house.shop();
  const plainOrder = plainShop.buy(plainShop.member(), [{ totalMinor: 4_000 }]);
  await house.heard();
  for (const { orderId } of [tiny, plainOrder]) expect(await house.told(cashbackAccrued, { orderId })).toEqual([]);
});

it('refunds reverse it in parts that add up to all of it, each told once', async () => {
  const order = shop.buy(shop.member(), [{ totalMinor: 1_000 }, { totalMinor: 999 }]);
  await house.heard();
  const [granted] = await house.told(cashbackAccrued, { orderId: order.orderId });
  const refunds = [];
  for (const [line, amount] of [
    [0, 333],
    [0, 667],
    [1, 999],
  ] as const) {
    refunds.push(shop.refund(order, { [line]: amount }));
    await house.heard();
  }
  const told = await house.told(cashbackReversed, { orderId: order.orderId });
  expect(told.map(({ refundId, amountMinor }) => [refundId, amountMinor])).toEqual([
    [refunds[0]?.refundId, 8],
    [refunds[1]?.refundId, 17],
    [refunds[2]?.refundId, 24],
  ]);
  expect(told.every(({ cashbackId }) => cashbackId === granted?.cashbackId)).toBe(true);
  expect(granted?.amountMinor).toBe(8 + 17 + 24);
});
