import { stockConfirmed, stockReserved, stockRestocked, type StockReserve } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { DeadLetters } from '@florin/messaging';
import { eventually } from '@florin/testing';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
afterEach(() => house.sumsAreRight());

async function sold(variantId: string, quantity: number): Promise<StockReserve> {
  const asked = house.reserve({ [variantId]: quantity });
  const { checkoutId } = asked;
  await house.said(stockReserved, { checkoutId });
  house.confirm(checkoutId);
  await house.said(stockConfirmed, { checkoutId });
  return asked;
}

const consumer = 'catalog.on.catalog.stock.restock.v1';

/** Why a message was given up. */
function deathOf({ messageId }: { messageId: string }): Promise<string> {
  const letters = house.service.app.get(DeadLetters, { strict: false });
  return eventually(
    async () => (await letters.list(consumer)).find((letter) => letter.messageId === messageId)?.reason,
  );
}

it('a refund puts units back on the shelf', async () => {
  const beans = await house.variant(5);
  const order = await sold(beans, 3);
  const { refundId } = house.restock(order, 2);
  expect(await house.said(stockRestocked, { refundId })).toEqual([{ refundId, checkoutId: order.checkoutId }]);
  expect(await house.level(beans)).toEqual({ received: 5, available: 4, reserved: 0, sold: 1 });
});

it('all refunds of a line together never bring back more than it sold', async () => {
  const beans = await house.variant(5);
  const order = await sold(beans, 3);
  await house.said(stockRestocked, { refundId: house.restock(order, 2).refundId });
  expect(await deathOf(house.restock(order, 2))).toContain('more of line');
  expect(await house.level(beans)).toMatchObject({ available: 4, sold: 1 });
  await house.said(stockRestocked, { refundId: house.restock(order, 1).refundId });
  expect(await house.level(beans)).toMatchObject({ available: 5, sold: 0 });
});

it('the same refund asked for again is answered again and brings back once', async () => {
  const beans = await house.variant(5);
  const order = await sold(beans, 4);
  const { refundId } = house.restock(order, 2);
  await house.said(stockRestocked, { refundId });
  house.restock(order, 2, refundId);
  expect(await house.said(stockRestocked, { refundId }, 2)).toHaveLength(2);
  expect(await house.level(beans)).toMatchObject({ available: 3, sold: 2 });
});

it('a line of another order brings back nothing', async () => {
  const beans = await house.variant(5);
  const order = await sold(beans, 3);
  const lines = order.lines.map((line) => ({ ...line, lineId: newId() }));
  expect(await deathOf(house.restock({ ...order, lines }, 1))).toContain('more of line');
  expect(await house.level(beans)).toMatchObject({ available: 2, sold: 3 });
});

it('a refund that overtakes the sale waits for it', async () => {
  const beans = await house.variant(5);
  const order = house.reserve({ [beans]: 3 });
  const { checkoutId } = order;
  await house.said(stockReserved, { checkoutId });
  const before = await retries();
  const { refundId } = house.restock(order, 3);
  await eventually(async () => (await retries()) > before);
  house.confirm(checkoutId);
  await house.said(stockConfirmed, { checkoutId });
  await house.said(stockRestocked, { refundId });
  expect(await house.level(beans)).toEqual({ received: 5, available: 5, reserved: 0, sold: 0 });
});

/** How often a refund was put off so far. */
async function retries(): Promise<number> {
  const { body } = await house.http.get<string>('/metrics');
  const line = body.split('\n').find((text) => text.includes(consumer) && text.includes('outcome="retried"'));
  return Number(line?.split(' ').at(-1) ?? 0);
}
