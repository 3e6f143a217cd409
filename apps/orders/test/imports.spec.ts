import { orderCompleted } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { countQueries, eventually } from '@florin/testing';
import type { ImportReportDto } from '../src/imports/imports.dto';
import type { OrderDto } from '../src/orders/orders.dto';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

const old = (external_number: string, more: Record<string, unknown> = {}) => ({
  external_number,
  member_id: newId(),
  placed_at: '2026-08-01T12:00:00Z',
  lines: [{ variant_id: house.beans, quantity: 2, unit_price_minor: 1_200 }],
  ...more,
});
const bring = (orders: unknown) =>
  house.staff('platform_admin').post<ImportReportDto>('/api/v1/orders/import', { orders });

it('takes over completed orders at the price of then, and says so once', async () => {
  const order = old('A-1', { discount_minor: 100 });
  const { status, body } = await bring([order]);
  expect([status, body]).toMatchObject([
    200,
    { imported: 1, orders: [{ external_number: 'A-1', outcome: 'imported' }] },
  ]);
  const orderId = body.orders[0]?.order_id ?? '';
  const found = (await house.staff('support_agent').get<OrderDto>(`/api/v1/orders/${orderId}`)).body;
  expect(found).toMatchObject({
    origin: 'import',
    status: 'completed',
    list_minor: 2_400,
    discount_minor: 100,
    total_minor: 2_300,
    placed_at: '2026-08-01T12:00:00.000Z',
    checkout: null,
  });
  await eventually(() => house.neighbours.of(orderCompleted, { orderId }).length === 1);
  expect(house.neighbours.of(orderCompleted, { orderId })[0]).toMatchObject({
    origin: 'import',
    totalMinor: 2_300,
    memberId: order.member_id,
    completedAt: '2026-08-01T12:00:00.000Z',
  });
  const refund = await house.staff('finance_ops').post(`/api/v1/orders/${orderId}/refunds`, {
    reason: 'x',
    lines: [{ line_id: found.lines[0]?.line_id, quantity: 1 }],
  });
  expect(refund.problem?.code).toBe('order_not_refundable');
});

it('imports each external number once, whatever else is in the same file', async () => {
  const kept = old('B-1');
  const first = await bring([kept]);
  const again = await bring([
    kept,
    { ...kept, discount_minor: 1 },
    old('B-2'),
    old('B-3', { placed_at: '2999-01-01T00:00:00Z' }),
    old('B-4', { lines: [{ variant_id: newId(), quantity: 1 }] }),
  ]);
  expect(again.body).toMatchObject({ imported: 1, already_imported: 1, refused: 3 });
  expect(again.body.orders.map((order) => order.refusal_code ?? order.outcome)).toEqual([
    'already_imported',
    'external_number_reused',
    'imported',
    'placed_in_future',
    'variant_unknown',
  ]);
  expect(again.body.orders[0]?.order_id).toBe(first.body.orders[0]?.order_id);
  const reused = await bring([old('B-1')]);
  expect(reused.body.orders[0]?.refusal_code).toBe('external_number_reused');
});

it('imports a thousand orders with as many statements as one', async () => {
  const statementsOf = async (orders: unknown[]) => {
    const { result, statements } = await countQueries(() => bring(orders));
    expect(result.body.imported).toBe(orders.length);
    return statements.filter((sql) => /INSERT|order_imports|nextval|FROM variants|FROM merchants/.test(sql)).length;
  };
  const one = await statementsOf([old('C-1')]);
  expect(await statementsOf(Array.from({ length: 1_000 }, (_, index) => old(`D-${index}`)))).toBe(one);
});

it('refuses what is no file of orders, and people who may not', async () => {
  for (const orders of [
    [],
    'x',
    [null],
    [{}],
    [old('E-1', { lines: [] })],
    [old('E-1', { member_id: 'x' })],
    [old('E-1', { placed_at: 'yesterday' })],
    Array.from({ length: 1_001 }, () => 1),
  ]) {
    expect((await bring(orders)).problem?.code).toBe('validation_failed');
  }
  expect((await house.shopper().http.post('/api/v1/orders/import', { orders: [old('F-1')] })).status).toBe(403);
  expect((await house.staff('merchant_admin').post('/api/v1/orders/import', { orders: [old('F-1')] })).status).toBe(
    403,
  );
});
