import { orderCancelled, orderCompleted, orderPlaced, paymentConfirm, paymentRelease, stockConfirm, stockRelease } from '@florin/contracts';
import { eventually } from '@florin/testing';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(() => house.neighbours.behave());

it('ORD-01, ORD-04, ORD-05, ORD-08, ORD-12: a cart becomes a paid order, and everybody is told once', async () => {
  const ada = house.shopper();
  const receipt = await house.buy(ada, { [house.beans]: 2 }, { payment: { wallet_minor: 1_000, card_token: 'tok_visa' } });
  expect(receipt).toMatchObject({ status: 'completed', total_minor: 2_900, wallet_minor: 1_000, card_minor: 1_900, tax_minor: 503 });
  const { checkout_id: checkoutId, id: orderId } = receipt;
  await eventually(() => house.neighbours.of(orderCompleted, { orderId }).length === 1);
  expect(house.neighbours.of(orderPlaced, { orderId })).toHaveLength(1);
  expect(house.neighbours.of(stockConfirm, { checkoutId })).toHaveLength(1);
  expect(house.neighbours.of(paymentConfirm, { checkoutId })).toHaveLength(1);
  expect(house.neighbours.of(stockRelease, { checkoutId })).toHaveLength(0);
  expect(house.neighbours.of(orderCompleted, { orderId })[0]).toMatchObject({ memberId: ada.id, email: 'ada@demo.test', origin: 'checkout', totalMinor: 2_900 });
});
