import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arena, openArena, placeOrder } from '../tools/client/arena';
import { until } from '../tools/client/api';
import { prove, verdictOf } from '../tools/client/prover';
import type { Order, Page, Product, Receipt, Refund } from '../tools/client/shapes';
import { House } from '../tools/up/house';

jest.setTimeout(600_000);

const noLimits = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
  RATE_LIMIT_USER_PER_MINUTE: '10000000',
  RATE_LIMIT_ROUTE_FACTOR: '10000',
};
const waitSeconds = 30;

let house: House;
let arena: Arena;

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'florin-e2e-'));
  house = await House.open({ dir, ports: 'free', serviceEnv: () => ({ ...noLimits, LOG_LEVEL: 'warn' }) });
  await house.up();
  arena = await openArena(house.describe(), 10);
});

afterAll(async () => {
  await arena.api.close();
  await house.demolish();
});

afterEach(async () => {
  const { status, text } = await prove(house.describe(), 120);
  expect({ status, verdict: verdictOf(text), text: status === 0 ? '' : text }).toEqual({
    status: 0,
    verdict: expect.stringContaining('Proven'),
    text: '',
  });
});

const shopper = (index: number) => ({ token: arena.shoppers[index]?.token });
const staff = () => ({ token: arena.staffToken, merchantId: arena.merchantId });

async function availableOf(variantId: string): Promise<{ available: number; sold: number; reserved: number }> {
  return arena.api.get(`/stock/${variantId}`, staff());
}

it('ORD-01, ORD-04, ORD-08, ORD-12, CAT-07, LOY-08: sells, charges, earns, and gives exactly one line back', async () => {
  const placed = await placeOrder(arena, 0, waitSeconds);
  const order = await arena.api.get<Order>(`/orders/${placed.id}`, shopper(0));
  expect(order.status).toBe('completed');
  const earned = await until('the receipt', async () => {
    const { data } = await arena.api.get<Page<Receipt>>('/loyalty/members/me/receipts', shopper(0));
    return data.find(({ order_id, kind }) => order_id === order.id && kind === 'earn');
  });
  expect(earned.points).toBe(Math.floor(order.total_minor / 100));
  const line = order.lines[0] as Order['lines'][number];
  const body = { lines: [{ line_id: line.line_id, quantity: line.quantity }], reason: 'too many', restock: true };
  const refund = await arena.api.post<Refund>(`/orders/${order.id}/refunds`, { ...staff(), body, wait: waitSeconds });
  const done = await until('the refund', async () => {
    const now = await arena.api.get<Refund>(`/orders/${order.id}/refunds/${refund.id}`, staff());
    return now.status === 'completed' ? now : undefined;
  });
  expect(done.total_minor).toBe(line.total_minor);
  const taken = await until('the clawback', async () => {
    const { data } = await arena.api.get<Page<Receipt>>('/loyalty/members/me/receipts', shopper(0));
    return data.find(({ refund_id }) => refund_id === refund.id);
  });
  expect(taken.balance_after).toBe(earned.balance_after + taken.points);
});

it('GAP-ORD-02: answers the same order when it is asked twice with one key', async () => {
  const cart = await arena.api.post<{ id: string }>('/carts', {
    ...shopper(1),
    body: { lines: [{ variant_id: arena.variantIds[0], quantity: 1 }] },
  });
  const idempotencyKey = randomUUID();
  const ask = () =>
    arena.api.call<Order>('POST', '/orders', {
      ...shopper(1),
      idempotencyKey,
      wait: waitSeconds,
      body: { cart_id: cart.id, payment: { card_token: 'tok_visa' } },
    });
  const first = await ask();
  const second = await ask();
  expect(second.body.id).toBe(first.body.id);
  expect(second.headers['idempotent-replayed']).toBe('true');
});

it('gives everything back when the card is declined', async () => {
  const variantId = arena.variantIds[3] as string;
  const before = await availableOf(variantId);
  const cart = await arena.api.post<{ id: string }>('/carts', {
    ...shopper(2),
    body: { lines: [{ variant_id: variantId, quantity: 2 }] },
  });
  const body = { cart_id: cart.id, payment: { card_token: 'tok_declined' } };
  const placed = await arena.api.post<Order>('/orders', { ...shopper(2), wait: waitSeconds, body });
  expect(placed.status).toBe('cancelled');
  await until('the stock', async () => {
    const now = await availableOf(variantId);
    return now.available === before.available && now.reserved === before.reserved ? now : undefined;
  });
});

it('CMP-CAT-1: 200 buyers race for 50 units, and exactly 50 are sold', async () => {
  const rare = await arena.api.post<Product>('/products', {
    ...staff(),
    body: {
      title: 'Rare',
      variants: [{ sku: 'RARE', title: 'Rare', price_minor: 1_000, tax_rate_bps: 2_100, tax_included: true }],
    },
  });
  const variantId = rare.variants[0]?.id as string;
  await arena.api.post('/stock/receipts', {
    ...staff(),
    body: { variant_id: variantId, quantity: 50, reference: 'the last ones' },
  });
  const line = { lines: [{ variant_id: variantId, quantity: 1 }] };
  await until('the variant at the orders service', () => arena.api.post('/carts', { ...shopper(0), body: line }));
  const buy = async (index: number): Promise<string> => {
    const who = shopper(index % arena.shoppers.length);
    const cart = await arena.api.post<{ id: string }>('/carts', { ...who, body: line });
    const body = { cart_id: cart.id, payment: { card_token: 'tok_visa' } };
    const placed = await arena.api.post<Order>('/orders', { ...who, wait: waitSeconds, body });
    const order = await until(
      'the end of the order',
      async () => {
        const now = await arena.api.get<Order>(`/orders/${placed.id}`, who);
        return now.status === 'pending' ? undefined : now;
      },
      120_000,
    );
    return order.status;
  };
  const ends = await Promise.all(Array.from({ length: 200 }, (_, index) => buy(index)));
  expect(ends.filter((status) => status === 'completed')).toHaveLength(50);
  expect(ends.filter((status) => status === 'cancelled')).toHaveLength(150);
  expect(await availableOf(variantId)).toMatchObject({ available: 0, sold: 50, reserved: 0 });
});
