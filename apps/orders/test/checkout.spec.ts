import {
  orderCancelled,
  orderCompleted,
  orderPlaced,
  paymentConfirm,
  paymentRelease,
  paymentReserve,
  paymentReserved,
  refundIssue,
  stockConfirm,
  stockReleased,
  stockRelease,
  stockReserve,
  stockReserved,
  stockRestock,
} from '@florin/contracts';
import { newId } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { House, soon } from './house';

let house: House;
beforeAll(async () => (house = await House.open({ env: { CHECKOUT_DEADLINE_SECONDS: '2' } })));
afterAll(() => house.close());
beforeEach(() => house.neighbours.behave());

describe('a checkout that works', () => {
  it('ORD-01, ORD-04, ORD-05, ORD-08, ORD-12: a cart becomes a paid order, and everybody is told once', async () => {
    const ada = house.shopper();
    const receipt = await house.buy(
      ada,
      { [house.beans]: 2 },
      { payment: { wallet_minor: 1_000, card_token: 'tok_visa' } },
    );
    expect(receipt).toMatchObject({
      status: 'completed',
      total_minor: 2_900,
      wallet_minor: 1_000,
      card_minor: 1_900,
      tax_minor: 503,
    });
    const { checkout_id: checkoutId, id: orderId } = receipt;
    await eventually(() => house.neighbours.of(orderCompleted, { orderId }).length === 1);
    expect(house.neighbours.of(orderPlaced, { orderId })).toHaveLength(1);
    expect(house.neighbours.of(stockConfirm, { checkoutId })).toHaveLength(1);
    expect(house.neighbours.of(paymentConfirm, { checkoutId })).toHaveLength(1);
    expect(house.neighbours.of(stockRelease, { checkoutId })).toHaveLength(0);
    expect(house.neighbours.of(orderCompleted, { orderId })[0]).toMatchObject({
      memberId: ada.id,
      email: 'ada@demo.test',
      origin: 'checkout',
      totalMinor: 2_900,
    });
  });

  it('ORD-11, ORD-13, ORD-14, DIF-ORD-1: stores the price line by line, summing exactly, with the history of what happened', async () => {
    const ada = house.shopper();
    await house.coupon({ code: 'TENTH', kind: 'percent', percent_bps: 1_000 });
    const { id } = await house.buy(
      ada,
      { [house.beans]: 1, [house.filters]: 3, [house.grinder]: 1 },
      { coupon_code: 'tenth' },
    );
    const order = await house.order(ada, id);
    expect(order).toMatchObject({ list_minor: 7_448, discount_minor: 745, coupon_code: 'TENTH', status: 'completed' });
    for (const step of ['list_minor', 'discount_minor', 'coupon_minor', 'tax_minor', 'total_minor'] as const) {
      expect(order.lines.reduce((sum, line) => sum + line[step], 0)).toBe(order[step]);
    }
    for (const line of order.lines)
      expect(line.list_minor - line.discount_minor + (line.tax_included ? 0 : line.tax_minor)).toBe(line.total_minor);
    expect(order.history.map((step) => step.status)).toEqual(['pending', 'completed']);
    expect(order.checkout).toMatchObject({ state: 'completed', stock: 'confirmed', payment: 'confirmed' });
  });

  it('GAP-ORD-06: nobody can change a frozen price, not even with SQL', async () => {
    const { id } = await house.buy(house.shopper());
    const change = (sql: string) => expect(house.service.query(sql, [id])).rejects.toThrow('frozen record');
    await change('UPDATE orders SET total_minor = 1 WHERE id = $1');
    await change('UPDATE order_items SET total_minor = 1 WHERE order_id = $1');
    await change('DELETE FROM order_items WHERE order_id = $1');
    await change('DELETE FROM orders WHERE id = $1');
    await change('DELETE FROM order_status_history WHERE order_id = $1');
  });

  it('answers 202 with a place to look, and 201 with the end when asked to wait', async () => {
    const ada = house.shopper();
    const soon = await house.place(ada, (await house.cart(ada)).id);
    expect(soon.status).toBe(202);
    expect(soon.headers.get('location')).toBe(`/api/v1/orders/${soon.body.id}`);
    expect(soon.body).toMatchObject({ status: 'pending', status_url: `/api/v1/orders/${soon.body.id}` });
    await house.settled(ada, soon.body.id, 'completed');
    house.neighbours.behave({ stock: 'is silent' });
    const waited = await house.place(ada, (await house.cart(ada)).id, {}, { headers: { prefer: 'wait=1' } });
    expect([waited.status, waited.body.status]).toEqual([202, 'pending']);
  });

  it('GAP-ORD-02: repeats the answer for the same key, places nothing twice, and says how it ended when asked to wait', async () => {
    const ada = house.shopper();
    const cart = await house.cart(ada);
    const first = await house.place(ada, cart.id, {}, { key: 'once', headers: { prefer: 'wait=10' } });
    const again = await house.place(ada, cart.id, {}, { key: 'once', headers: { prefer: 'wait=10' } });
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(await house.count('orders WHERE member_id = $1', [ada.id])).toBe(1);
    const other = await house.place(ada, cart.id, { expected_total_minor: 1 }, { key: 'once' });
    expect([other.status, other.problem?.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('CMP-ORD-2, GAP-ORD-02: of ten tabs that order one cart, one wins', async () => {
    const ada = house.shopper();
    const cart = await house.cart(ada);
    const answers = await Promise.all(Array.from({ length: 10 }, () => house.place(ada, cart.id)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, ...Array.from({ length: 9 }, () => 409)]);
    expect(answers.find((answer) => answer.status === 409)?.problem?.code).toBe('cart_ordered');
    expect(await house.count('orders WHERE member_id = $1', [ada.id])).toBe(1);
  });

  it('needs no payment for an order that costs nothing', async () => {
    const ada = house.shopper();
    await house.coupon({ code: 'FREE', kind: 'percent', percent_bps: 10_000 });
    const receipt = await house.buy(ada, { [house.beans]: 1 }, { coupon_code: 'FREE', payment: {} });
    expect(receipt).toMatchObject({ status: 'completed', total_minor: 0, discount_minor: 1_450 });
    expect(house.neighbours.of(paymentReserve, { checkoutId: receipt.checkout_id })).toHaveLength(0);
  });

  it('CMP-ORD-5: counts every answer once, although each comes three times', async () => {
    house.neighbours.behave({ copies: 3 });
    const { id: orderId, checkout_id: checkoutId, status } = await house.buy(house.shopper());
    expect(status).toBe('completed');
    await eventually(() => house.neighbours.of(orderCompleted, { orderId }).length > 0);
    expect(house.neighbours.of(orderCompleted, { orderId })).toHaveLength(1);
    expect(house.neighbours.of(stockConfirm, { checkoutId })).toHaveLength(1);
  });
});

describe('a checkout that does not work', () => {
  it('ORD-10: refused stock cancels the order, lets the money go, and gives the cart back for another try', async () => {
    const ada = house.shopper();
    house.neighbours.behave({ stock: 'refuses' });
    const cart = await house.cart(ada);
    const refused = await house.place(ada, cart.id, {}, { headers: { prefer: 'wait=10' } });
    expect([refused.status, refused.body]).toMatchObject([201, { status: 'cancelled', reason_code: 'out_of_stock' }]);
    const { id: orderId, checkout_id: checkoutId } = refused.body;
    await eventually(
      () =>
        house.neighbours.of(orderCancelled, { orderId }).length === 1 &&
        house.neighbours.of(paymentRelease, { checkoutId }).length > 0,
    );
    house.neighbours.behave();
    const retried = await house.place(ada, cart.id, {}, { headers: { prefer: 'wait=10' } });
    expect(retried.body.status).toBe('completed');
    await soon(async () =>
      expect((await house.order(ada, orderId)).checkout).toMatchObject({ stock: 'released', payment: 'released' }),
    );
  });

  it('a declined card says so, and the goods are for sale again', async () => {
    house.neighbours.behave({ payment: 'refuses' });
    const declined = await house.buy(house.shopper());
    expect(declined).toMatchObject({ status: 'cancelled', reason_code: 'card_declined' });
    await eventually(() => house.neighbours.of(stockRelease, { checkoutId: declined.checkout_id }).length > 0);
    expect(house.neighbours.of(orderCompleted, { orderId: declined.id })).toHaveLength(0);
  });

  it('ORD-06: silence past the deadline cancels, and an answer that then comes is compensated', async () => {
    const ada = house.shopper();
    house.neighbours.behave({ stock: 'is silent', payment: 'is silent' });
    const { body: placed } = await house.place(ada, (await house.cart(ada)).id);
    await house.settled(ada, placed.id, 'cancelled');
    const { id: orderId, checkout_id: checkoutId } = placed;
    expect((await house.order(ada, orderId)).reason_code).toBe('deadline_passed');
    const releases = () => house.neighbours.of(paymentRelease, { checkoutId }).length;
    await eventually(() => releases() === 1);
    house.neighbours.say(paymentReserved, { checkoutId, orderId, walletMinor: 0, cardMinor: 2_900 });
    await eventually(() => releases() === 2);
    expect(house.neighbours.of(paymentConfirm, { checkoutId })).toHaveLength(0);
    expect((await house.order(ada, orderId)).status).toBe('cancelled');
  });

  it('goods that were sold before the capture failed go back on the shelf', async () => {
    house.neighbours.behave({ payment: 'is silent' });
    const ada = house.shopper();
    const { body: placed } = await house.place(ada, (await house.cart(ada)).id);
    const { id: orderId, checkout_id: checkoutId } = placed;
    house.neighbours.say(paymentReserved, { checkoutId, orderId, walletMinor: 0, cardMinor: 2_900 });
    await soon(async () => expect((await house.order(ada, orderId)).checkout?.stock).toBe('confirmed'));
    house.neighbours.behave({ payment: 'fails to capture' });
    house.neighbours.failCapture(checkoutId);
    await house.settled(ada, orderId, 'cancelled');
    await eventually(() => house.neighbours.of(stockRestock, { checkoutId }).length === 1);
    expect((await house.order(ada, orderId)).checkout).toMatchObject({ stock: 'given_back', payment: 'released' });
  });

  it('money that was captured before the goods were lost goes back to every tender', async () => {
    house.neighbours.behave({ stock: 'is silent' });
    const ada = house.shopper();
    const { body: placed } = await house.place(ada, (await house.cart(ada)).id, {
      payment: { wallet_minor: 900, card_token: 'tok_visa' },
    });
    const { id: orderId, checkout_id: checkoutId } = placed;
    house.neighbours.say(stockReserved, { checkoutId, expiresAt: new Date().toISOString() });
    await soon(async () => expect((await house.order(ada, orderId)).checkout?.payment).toBe('confirmed'));
    house.neighbours.say(stockReleased, { checkoutId, reason: 'the reservation ran out' });
    await house.settled(ada, orderId, 'cancelled');
    await eventually(() => house.neighbours.of(refundIssue, { checkoutId }).length === 1);
    expect(house.neighbours.of(refundIssue, { checkoutId })[0]).toMatchObject({ walletMinor: 900, cardMinor: 2_000 });
    const order = await eventually(async () => {
      const found = await house.order(ada, orderId);
      expect(found.refunds[0]?.status).toBe('completed');
      return found;
    });
    expect(order).toMatchObject({
      status: 'cancelled',
      refunded_minor: 2_900,
      refunds: [{ purpose: 'undo', total_minor: 2_900 }],
    });
  });

  it('ORD-10: a shopper cancels what is not confirmed yet, and nothing else', async () => {
    const ada = house.shopper();
    house.neighbours.behave({ stock: 'is silent' });
    const { body: pending } = await house.place(ada, (await house.cart(ada)).id);
    expect((await house.shopper().http.post(`/api/v1/orders/${pending.id}/cancel`)).status).toBe(404);
    const cancelled = await ada.http.post(`/api/v1/orders/${pending.id}/cancel`, { reason: 'Found it cheaper' });
    expect([cancelled.status, cancelled.body]).toMatchObject([
      200,
      { status: 'cancelled', reason: 'Found it cheaper' },
    ]);
    await eventually(() => house.neighbours.of(stockRelease, { checkoutId: pending.checkout_id }).length > 0);
    house.neighbours.behave();
    const { id } = await house.buy(ada);
    expect((await ada.http.post(`/api/v1/orders/${id}/cancel`)).problem?.code).toBe('order_settled');
  });

  it('a fact about a checkout that nobody knows goes to the dead letters and harms no neighbour', async () => {
    house.neighbours.say(stockReserved, { checkoutId: newId(), expiresAt: new Date().toISOString() });
    expect((await house.buy(house.shopper())).status).toBe('completed');
  });
});

describe('what is refused before anything is reserved', () => {
  it.each([
    ['wallet_minor_too_large', 422, { payment: { wallet_minor: 2_901, card_token: 'tok_visa' } }],
    ['card_token_required', 422, { payment: { wallet_minor: 100 } }],
    ['total_changed', 409, { expected_total_minor: 2_899 }],
    ['coupon_unknown', 422, { coupon_code: 'NOSUCH' }],
    ['validation_failed', 400, { payment: { card_token: '4111 1111 1111 1111' } }],
    ['validation_failed', 400, { payment: { wallet_minor: 0.5 } }],
    ['validation_failed', 400, { payment: null }],
    ['validation_failed', 400, { email: 'not an address' }],
    ['validation_failed', 400, { price: 1 }],
  ])('%s', async (code, status, body) => {
    const ada = house.shopper();
    const answer = await house.place(ada, (await house.cart(ada)).id, body);
    expect([answer.status, answer.problem?.code]).toEqual([status, code]);
    expect(await house.count('orders WHERE member_id = $1', [ada.id])).toBe(0);
  });

  it('an empty cart, a cart of somebody else, a variant that is no longer sold', async () => {
    const ada = house.shopper();
    const empty = await house.place(ada, (await house.cart(ada, {})).id);
    expect(empty.problem?.code).toBe('cart_empty');
    const cart = await house.cart(ada);
    expect((await house.place(house.shopper(), cart.id)).status).toBe(404);
    const gone = newId();
    house.neighbours.saveVariant({ variantId: gone, merchantId: house.merchantId, priceMinor: 100 });
    await eventually(async () => (await house.count('variants WHERE variant_id = $1', [gone])) === 1);
    const doomed = await house.cart(ada, { [gone]: 1 });
    house.neighbours.saveVariant({
      variantId: gone,
      merchantId: house.merchantId,
      priceMinor: 100,
      active: false,
      version: 2,
    });
    await eventually(async () => (await house.count('variants WHERE variant_id = $1 AND NOT active', [gone])) === 1);
    expect((await house.place(ada, doomed.id)).problem?.code).toBe('variant_unavailable');
    expect(
      house.neighbours.of(stockReserve).filter((asked) => asked.lines.some((line) => line.variantId === gone)),
    ).toHaveLength(0);
  });
});

it.each(['4242424242424242', 'tok_4242424242424242', '4242-4242-4242-4242'])(
  'refuses the card number in %s, and keeps nothing of it',
  async (token) => {
    const ada = house.shopper();
    const { id } = await house.cart(ada);
    const answer = await house.place(ada, id, { payment: { card_token: token } });
    expect([answer.status, answer.problem?.errors?.[0]?.field]).toEqual([400, 'payment.card_token']);
    for (const table of ['orders', 'outbox', 'idempotency_keys'])
      expect(await house.count(`${table} kept WHERE kept::text LIKE $1`, [`%${token}%`])).toBe(0);
    expect(await house.count('orders WHERE member_id = $1', [ada.id])).toBe(0);
  },
);
