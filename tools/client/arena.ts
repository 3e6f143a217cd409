import { randomUUID } from 'node:crypto';
import amqp from 'amqplib';
import type { RunFile } from '../up/run-file';
import { Api, until } from './api';
import type { Order, Product, Tokens } from './shapes';

/** A shop with shoppers that are signed in: what the benchmark and the chaos run buy in. */
export interface Arena {
  api: Api;
  merchantId: string;
  variantIds: string[];
  shoppers: { email: string; token: string }[];
  staffToken: string;
  /** The first order, which showed that the shop is open. */
  openedWith: string;
}

const unitsInStock = 10_000_000;
const password = 'a shopper of the arena 27';

/** Opens a shop of its own through the public API, with so many shoppers, everybody signed in. */
export async function openArena(run: RunFile, shopperCount: number): Promise<Arena> {
  const api = new Api(run.url, 128);
  const ops = run.people.find(({ name }) => name === 'ops');
  if (!ops) throw new Error('the run has no administrator');
  const staffToken = await logIn(api, ops.email, ops.password);
  const slug = `arena-${randomUUID().slice(0, 8)}`;
  const shop = { name: 'Arena', slug, currency: 'EUR', time_zone: 'Europe/Amsterdam' };
  const { id: merchantId } = await api.post<{ id: string }>('/merchants', { token: staffToken, body: shop });
  const staff = { token: staffToken, merchantId };
  const rules = {
    tiers: [{ name: 'bronze', threshold: 0, multiplier_bps: 10_000 }],
    earning: { points: 1, per_minor: 100, include_tax: true },
    cashback: { rate_bps: 100, hold_days: 14 },
  };
  await api.post('/loyalty/programs', {
    ...staff,
    body: { name: 'Arena', currency: 'EUR', time_zone: shop.time_zone, is_default: true, rules },
  });
  const variants = Array.from({ length: 20 }, (_, index) => ({
    sku: `A-${index + 1}`,
    title: `Thing ${index + 1}`,
    price_minor: 500 + 100 * index,
    tax_rate_bps: 2_100,
    tax_included: true,
  }));
  const product = await api.post<Product>('/products', { ...staff, body: { title: 'Things', variants } });
  for (const { id } of product.variants) {
    await api.post('/stock/receipts', {
      ...staff,
      body: { variant_id: id, quantity: unitsInStock, reference: 'arena' },
    });
  }
  const users = Array.from({ length: shopperCount }, (_, index) => ({
    email: `shopper${index + 1}@${slug}.test`,
    display_name: `Shopper ${index + 1}`,
    merchant_id: merchantId,
  }));
  await until('the shoppers', () => api.post('/users/import', { ...staff, body: { password, users } }));
  const shoppers: Arena['shoppers'] = [];
  for (const { email } of users) shoppers.push({ email, token: await logIn(api, email, password) });
  const arena = {
    openedWith: '',
    api,
    merchantId,
    variantIds: product.variants.map(({ id }) => id),
    shoppers,
    staffToken,
  };
  // The first order waits until the catalogue has travelled to the orders service.
  const { id } = await until('the catalogue at the orders service', () => placeOrder(arena, 0, 10));
  return { ...arena, openedWith: id };
}

async function logIn(api: Api, email: string, secret: string): Promise<string> {
  const tokens = await until(`log in as ${email}`, () =>
    api.post<Tokens>('/auth/login', { body: { email, password: secret } }),
  );
  return tokens.access_token;
}

let placed = 0;

/** One whole purchase over HTTP: a cart with two lines, then the order, paid by card. Gives the order as the answer said. */
export async function placeOrder(arena: Arena, shopper: number, waitSeconds: number): Promise<Order> {
  const token = arena.shoppers[shopper % arena.shoppers.length]?.token;
  placed += 1;
  const [first, second] = [placed, placed + 7].map((step) => arena.variantIds[step % arena.variantIds.length]);
  const lines = [
    { variant_id: first, quantity: 1 },
    { variant_id: second, quantity: 2 },
  ];
  const cart = await arena.api.post<{ id: string }>('/carts', { token, body: { lines } });
  return arena.api.post<Order>('/orders', {
    token,
    wait: waitSeconds,
    body: { cart_id: cart.id, payment: { card_token: 'tok_visa' } },
  });
}

/** Listens at the broker for points that were posted, with a queue that goes when we go. */
export async function listenForPoints(run: RunFile, heard: (orderId: string) => void): Promise<() => Promise<void>> {
  const connection = await amqp.connect(run.rabbitmqUrl);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
  await channel.bindQueue(queue, 'florin.events', 'loyalty.points.earned.v1');
  await channel.consume(
    queue,
    (message) => {
      if (!message) return;
      const { data } = JSON.parse(message.content.toString('utf8')) as { data: { orderId?: string } };
      if (data.orderId !== undefined) heard(data.orderId);
    },
    { noAck: true },
  );
  return () => connection.close();
}
