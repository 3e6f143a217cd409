import { orderRefunded, refundIssue, stockRestock } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { eventually } from '@florin/testing';
import type { OrderDto } from '../src/orders/orders.dto';
import type { RefundDto } from '../src/refunds/refunds.dto';
import { House, soon, type Shopper } from './house';

let house: House;
let ada: Shopper;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(() => {
  house.neighbours.behave();
  ada = house.shopper();
});

const finance = () => house.staff('finance_ops');

async function bought(wallet = 1_000): Promise<OrderDto> {
  const { id } = await house.buy(
    ada,
    { [house.beans]: 2, [house.filters]: 3 },
    { payment: { wallet_minor: wallet, card_token: 'tok_visa' } },
  );
  return house.order(ada, id);
}

function ask(order: OrderDto, lines: { line: number; quantity: number }[], more: Record<string, unknown> = {}) {
  const body = {
    reason: 'Broken',
    lines: lines.map(({ line, quantity }) => ({ line_id: order.lines[line]?.line_id, quantity })),
    ...more,
  };
  return finance().post<RefundDto>(`/api/v1/orders/${order.id}/refunds`, body);
}

async function completed(order: OrderDto, refundId: string): Promise<RefundDto> {
  return eventually(async () => {
    const { body } = await finance().get<RefundDto>(`/api/v1/orders/${order.id}/refunds/${refundId}`);
    expect(body.status).toBe('completed');
    return body;
  });
}

it('GAP-ORD-08: several partial refunds give back exactly what was paid, to each tender its share', async () => {
  const order = await bought();
  expect(order.total_minor).toBe(2_900 + 999);
  const first = await ask(order, [{ line: 1, quantity: 1 }], { restock: true });
  expect([first.status, first.headers.get('location')]).toEqual([
    202,
    `/api/v1/orders/${order.id}/refunds/${first.body.id}`,
  ]);
  expect(first.body).toMatchObject({ status: 'requested', total_minor: 333, wallet_minor: 85, card_minor: 248 });
  await completed(order, first.body.id);
  const second = await ask(order, [
    { line: 0, quantity: 2 },
    { line: 1, quantity: 2 },
  ]);
  expect(second.body).toMatchObject({ total_minor: 3_566, wallet_minor: 915, card_minor: 2_651 });
  await completed(order, second.body.id);
  const after = await house.order(ada, order.id);
  expect(after).toMatchObject({ status: 'refunded', refunded_minor: 3_899 });
  expect(after.history.map((step) => step.status)).toEqual(['pending', 'completed', 'partially_refunded', 'refunded']);
  expect(after.lines.map((line) => line.returned_quantity)).toEqual([2, 3]);
});

it('says that an order is refunded once the money is back, and puts goods back on the shelf only where asked', async () => {
  const order = await bought();
  house.neighbours.behave({ refund: 'is silent' });
  const { body: refund } = await ask(order, [{ line: 0, quantity: 1 }], { restock: true });
  const [issued] = await eventually(() => {
    const found = house.neighbours.of(refundIssue, { refundId: refund.id });
    return found.length > 0 && found;
  });
  expect(issued).toMatchObject({ walletMinor: refund.wallet_minor, cardMinor: refund.card_minor, memberId: ada.id });
  expect(house.neighbours.of(orderRefunded, { refundId: refund.id })).toHaveLength(0);
  house.neighbours.behave({ copies: 2 });
  house.neighbours.giveBack(issued as NonNullable<typeof issued>);
  house.neighbours.giveBack(issued as NonNullable<typeof issued>);
  await eventually(() => house.neighbours.of(orderRefunded, { refundId: refund.id }).length === 1);
  expect(house.neighbours.of(orderRefunded, { refundId: refund.id })[0]).toMatchObject({
    number: order.number,
    email: 'ada@demo.test',
    totalMinor: 1_450,
    lines: [{ lineId: order.lines[0]?.line_id, quantity: 1, totalMinor: 1_450, taxMinor: 252 }],
  });
  await eventually(() => house.neighbours.of(stockRestock, { refundId: refund.id }).length === 1);
  const { body: kept } = await ask(order, [{ line: 0, quantity: 1 }]);
  await completed(order, kept.id);
  await eventually(() => house.neighbours.of(orderRefunded, { refundId: kept.id }).length === 1);
  expect(house.neighbours.of(stockRestock, { refundId: kept.id })).toHaveLength(0);
});

it('CMP-ORD-3: a refund that fails can be asked for again, and the cents still come out', async () => {
  const order = await bought();
  house.neighbours.behave({ refund: 'fails' });
  const { body: refund } = await ask(order, [
    { line: 0, quantity: 2 },
    { line: 1, quantity: 3 },
  ]);
  await soon(async () => {
    const { body } = await finance().get<RefundDto>(`/api/v1/orders/${order.id}/refunds/${refund.id}`);
    expect(body).toMatchObject({ status: 'failed', failure_code: 'processor_refused' });
  });
  expect(await house.order(ada, order.id)).toMatchObject({ status: 'completed', refunded_minor: 0 });
  house.neighbours.behave();
  const again = await ask(order, [
    { line: 0, quantity: 2 },
    { line: 1, quantity: 3 },
  ]);
  expect(again.body).toMatchObject({ total_minor: order.total_minor, wallet_minor: 1_000 });
  await completed(order, again.body.id);
});

it('GAP-ORD-08: of twenty agents who refund the last unit at once, one succeeds', async () => {
  const { id } = await house.buy(ada, { [house.beans]: 1 });
  const order = await house.order(ada, id);
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(order, [{ line: 0, quantity: 1 }])));
  expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1);
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(19);
  await expect(house.service.query('UPDATE order_returns SET quantity = 2 WHERE order_id = $1', [id])).rejects.toThrow(
    'never_more_than_sold',
  );
  await expect(
    house.service.query('UPDATE orders SET returning_card_minor = 1451 WHERE id = $1', [id]),
  ).rejects.toThrow('never_refund_more_than_captured');
});

it('CMP-ORD-3: gives back of a discounted line what was paid for it, not its list price', async () => {
  await house.coupon({ code: 'HALF', kind: 'percent', percent_bps: 5_000 });
  const { id } = await house.buy(ada, { [house.beans]: 2, [house.grinder]: 1 }, { coupon_code: 'HALF' });
  const order = await house.order(ada, id);
  const { body } = await ask(order, [{ line: 0, quantity: 1 }]);
  expect(body.total_minor).toBe(725);
  await completed(order, body.id);
  expect((await house.order(ada, id)).lines[1]?.total_minor).toBe(order.lines[1]?.total_minor);
});

it('needs no money back for goods that cost nothing', async () => {
  await house.coupon({ code: 'GIFT', kind: 'percent', percent_bps: 10_000 });
  const { id } = await house.buy(ada, { [house.beans]: 1 }, { coupon_code: 'GIFT', payment: {} });
  const order = await house.order(ada, id);
  const { body } = await ask(order, [{ line: 0, quantity: 1 }], { restock: true });
  expect(body).toMatchObject({ status: 'completed', total_minor: 0 });
  await eventually(() => house.neighbours.of(stockRestock, { refundId: body.id }).length === 1);
  expect(house.neighbours.of(refundIssue, { refundId: body.id })).toHaveLength(0);
});

it('refuses what cannot be refunded', async () => {
  const order = await bought();
  const line_id = order.lines[0]?.line_id;
  const refuse = async (body: unknown, path = order.id) =>
    (await finance().post(`/api/v1/orders/${path}/refunds`, body)).problem?.code;
  expect(await refuse({ reason: 'x', lines: [{ line_id: newId(), quantity: 1 }] })).toBe('line_unknown');
  expect(await refuse({ reason: 'x', lines: [{ line_id, quantity: 3 }] })).toBe('too_many_units');
  expect(await refuse({ reason: 'x', lines: [] })).toBe('validation_failed');
  expect(
    await refuse({
      reason: 'x',
      lines: [
        { line_id, quantity: 1 },
        { line_id, quantity: 1 },
      ],
    }),
  ).toBe('validation_failed');
  expect(await refuse({ reason: 'x', lines: [null] })).toBe('validation_failed');
  expect(await refuse({ lines: [{ line_id, quantity: 1 }] })).toBe('validation_failed');
  expect(await refuse({ reason: 'x', lines: [{ line_id, quantity: 1 }] }, newId())).toBe('not_found');
  house.neighbours.behave({ payment: 'refuses' });
  const { id } = await house.buy(ada);
  const cancelled = await house.order(ada, id);
  expect((await ask(cancelled, [{ line: 0, quantity: 1 }])).problem?.code).toBe('order_not_refundable');
  const stranger = house.staff('finance_ops', [newId()]);
  expect(
    (await stranger.post(`/api/v1/orders/${order.id}/refunds`, { reason: 'x', lines: [{ line_id, quantity: 1 }] }))
      .status,
  ).toBe(404);
  expect((await ada.http.post(`/api/v1/orders/${order.id}/refunds`, {})).status).toBe(403);
});
