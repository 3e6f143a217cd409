import { newId } from '@florin/kernel';
import { describeBadInput, noLimits } from '@florin/testing';
import { House } from './house';

describeBadInput('orders', async () => {
  const house = await House.open({ env: { ...noLimits } });
  const { service, merchantId } = house;
  const ada = house.shopper();
  const order = await house.order(ada, (await house.buy(ada)).id);
  const lines = [{ line_id: order.lines[0]?.line_id, quantity: 1 }];
  const refund = await house
    .staff('finance_ops')
    .post<{ id: string }>(`/api/v1/orders/${order.id}/refunds`, { lines, reason: 'too many', restock: true });
  expect(refund.status).toBe(202);
  const coupon = await house.coupon({ code: 'TEN', kind: 'percent', percent_bps: 1_000 });
  const cart = await house.cart(ada);
  const things = {
    ...{ '/carts': cart.id, cart_id: cart.id, variantId: house.beans, variant_id: house.beans },
    ...{ '/orders': order.id, '/orders/{orderId}/refunds': refund.body.id, '/coupons': coupon.id },
  };
  return {
    service,
    merchantId,
    ownerId: ada.id,
    things,
    headers: { 'x-cart-key': newId() },
    close: () => house.close(),
  };
});
