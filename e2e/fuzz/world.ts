import { randomUUID } from 'node:crypto';
import type { ApiDocument, Known, Operation } from '@florin/testing';
import { operationsOf } from '@florin/testing';
import { until } from '../../tools/client/api';
import { type Arena, openArena, placeOrder } from '../../tools/client/arena';
import type { Order, Page, Tokens } from '../../tools/client/shapes';
import type { RunFile } from '../../tools/up/run-file';

/** Somebody who sends requests; without a token, nobody. */
export interface Somebody {
  name: string;
  role?: string;
  token: string | null;
  /** Whether they belong to the shop whose things are known. */
  isForeign: boolean;
}

/** What the requests are about: every route of the house, people who are signed in, and things that exist. */
export interface World {
  operations: Operation[];
  people: Somebody[];
  known: Known;
  merchantId: string;
}

const password = 'a fuzzer of the house 31';
const staffRoles = [
  'support_agent',
  'catalog_manager',
  'merchant_admin',
  'ops_marketing',
  'finance_ops',
  'auditor',
  'system',
] as const;
const shopperPassword = 'a shopper of the arena 27';
const fresh = Array.from({ length: 20 }, (_, index) => `newcomer${index}@fuzz.test`);
/** Few people with many carts: whose turn it is and whose cart it is should often be the same. */
const shoppers = 2;
const cartsEach = 6;
const orders = 4;

/** Opens a shop with everything in it, and signs in one of each role: real accounts, real sessions. */
export async function openWorld(run: RunFile): Promise<{ world: World; arena: Arena }> {
  const arena = await openArena(run, shoppers);
  const rivals = await openArena(run, 1);
  const document = await arena.api.get<ApiDocument>('//openapi.json');
  const people: Somebody[] = [
    { name: 'nobody', token: null, isForeign: false },
    { name: 'a forger', token: forged(arena.staffToken), isForeign: false },
    { name: 'platform_admin of all', role: 'platform_admin', token: arena.staffToken, isForeign: false },
    ...arena.shoppers.map(({ token }, index) => ({
      name: `shopper ${index + 1}`,
      role: 'customer',
      token,
      isForeign: false,
    })),
    { name: 'shopper of another shop', token: rivals.shoppers[0]?.token ?? null, isForeign: true },
  ];
  for (const role of staffRoles)
    people.push({ name: role, role, token: await employ(arena, role, arena.merchantId), isForeign: false });
  const rival = await employ(arena, 'merchant_admin', rivals.merchantId);
  people.push({ name: 'merchant_admin of another shop', token: rival, isForeign: true });
  const known = await thingsOf(arena);
  return { world: { operations: operationsOf(document), people, known, merchantId: arena.merchantId }, arena };
}

/** The token with other claims under the same signature. */
function forged(token: string): string {
  const [header, , signature] = token.split('.');
  return [header, Buffer.from('{"sub":"root","merchants":"*"}').toString('base64url'), signature].join('.');
}

async function employ({ api, staffToken }: Arena, role: string, merchantId: string): Promise<string> {
  const email = `${role.replaceAll('_', '-')}-${randomUUID().slice(0, 8)}@fuzz.test`;
  const body = { email, password, display_name: role, roles: [role], merchants: [merchantId] };
  await until('the shop at auth', () => api.post('/users', { token: staffToken, body }));
  return (await api.post<Tokens>('/auth/login', { body: { email, password } })).access_token;
}

type Row = { id: string };

/** The key of every guest's cart. */
export const cartKey = 'the-key-of-a-guest-who-fuzzes-0001';

/** Something of each kind, so that requests reach past "there is no such thing". */
async function thingsOf(arena: Arena): Promise<Known> {
  const { api, merchantId, variantIds } = arena;
  const staff = { token: arena.staffToken, merchantId };
  const make = async (path: string, body: object) => (await api.post<Row>(path, { ...staff, body })).id;
  const placed = [];
  for (let index = 0; index < orders; index += 1) placed.push((await placeOrder(arena, index, 20)).id);
  const bought = await Promise.all(placed.map((id) => api.get<Order>(`/orders/${id}`, staff)));
  const carts: string[] = [];
  const guests: string[] = [];
  const topups: string[] = [];
  for (const [index, { token }] of arena.shoppers.entries()) {
    const body = { lines: [{ variant_id: variantIds[index], quantity: 1 }] };
    for (let made = 0; made < cartsEach; made += 1) carts.push((await api.post<Row>('/carts', { token, body })).id);
    const headers = { 'x-cart-key': cartKey };
    guests.push((await api.post<Row>('/carts/guest', { headers, body: { ...body, merchant_id: merchantId } })).id);
    const topup = { amount_minor: 5_000, currency: 'EUR', card_token: 'tok_visa' };
    topups.push((await api.post<Row>('/topups', { token, body: topup, wait: 20 })).id);
  }
  const coupon = await make('/coupons', { code: 'FUZZ10', kind: 'percent', percent_bps: 1_000 });
  const category = await make('/categories', { name: 'Things', slug: 'things' });
  // Nobody listens at the discard port: what would be sent there stays on the list.
  const hook = { url: 'http://127.0.0.1:9/hooks', event_types: ['orders.order.placed'] };
  const endpoint = await make('/webhooks/endpoints', hook);
  const listed = async (path: string) => (await api.get<Page<Row>>(path, staff)).data.map(({ id }) => id);
  const receipts = await until('the receipts', async () => {
    const { data } = await api.get<Page<Row>>('/loyalty/members/me/receipts', arena.shoppers[0]);
    return data.length > 0 ? data.map(({ id }) => id) : undefined;
  });
  const members = await Promise.all(
    arena.shoppers.map(async ({ token }) => (await api.get<Row>('/users/me', { token })).id),
  );
  const products = await listed(`/products?merchant_id=${merchantId}`);
  return {
    ...{ merchant_id: [merchantId], merchants: [merchantId], '/merchants': [merchantId], '/products': products },
    ...{
      variant_id: variantIds,
      variantId: variantIds,
      id: variantIds,
      category_id: [category],
      parent_id: [category],
    },
    ...{ cart_id: carts, '/carts': carts, '/carts/guest': guests, coupon_code: ['FUZZ10'], '/coupons': [coupon] },
    ...{
      '/orders': placed,
      order_id: placed,
      line_id: bought.flatMap(({ lines }) => lines.map((line) => line.line_id)),
    },
    ...{ '/topups': topups, '/payments': await listed('/payments'), '/wallet/members': members, member_id: members },
    ...{
      '/loyalty/members': members,
      '/loyalty/receipts': receipts,
      '/loyalty/programs': await listed('/loyalty/programs'),
    },
    ...{ key: ['order_confirmed', 'email_verification'], url: [hook.url], '/webhooks/endpoints': [endpoint] },
    ...{ '/notifications/messages': await listed('/notifications/messages'), quantity: [1, 1, 2, 3, 1_000_000] },
    ...{
      email: [...arena.shoppers.map(({ email }) => email), ...fresh],
      password: [password, shopperPassword],
      threshold: [0, 500],
    },
  };
}
