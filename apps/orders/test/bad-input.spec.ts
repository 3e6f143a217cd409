import { newId } from '@florin/kernel';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

const id = newId();
const writes = [
  ['POST', '/carts', 'customer'],
  ['POST', `/carts/${id}/lines`, 'customer'],
  ['PUT', `/carts/${id}/lines/${id}`, 'customer'],
  ['POST', '/carts/guest', null],
  ['POST', `/carts/guest/${id}/lines`, null],
  ['PUT', `/carts/guest/${id}/lines/${id}`, null],
  ['POST', '/orders', 'customer'],
  ['POST', `/orders/${id}/cancel`, 'customer'],
  ['POST', `/orders/${id}/refunds`, 'finance_ops'],
  ['POST', '/orders/import', 'platform_admin'],
  ['POST', '/coupons', 'ops_marketing'],
  ['PATCH', `/coupons/${id}`, 'ops_marketing'],
] as const;
const reads = [
  [`/carts/${id}`, 'customer'],
  ['/orders/mine', 'customer'],
  ['/orders', 'support_agent'],
  [`/orders/${id}`, 'customer'],
  [`/orders/${id}/refunds/${id}`, 'finance_ops'],
  ['/coupons', 'ops_marketing'],
  [`/coupons/${id}`, 'ops_marketing'],
] as const;

/** Values that a careless client, or a careful attacker, puts where something else belongs. */
const oddities: unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e300,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  'x',
  '\u0000',
  '💥',
  'a'.repeat(10_000),
  [],
  [null],
  [[]],
  {},
  { $gt: '' },
  '1; DROP TABLE orders',
  '2026-02-30T00:00:00Z',
  id,
];
const fields: Record<string, string[]> = {
  '/carts': ['lines'],
  '/lines': ['variant_id', 'quantity'],
  '/carts/guest': ['merchant_id', 'lines'],
  '/orders': ['cart_id', 'coupon_code', 'payment', 'email', 'expected_total_minor'],
  '/cancel': ['reason'],
  '/refunds': ['lines', 'reason', 'restock'],
  '/import': ['orders'],
  '/coupons': [
    'code',
    'kind',
    'percent_bps',
    'amount_minor',
    'min_spend_minor',
    'valid_from',
    'valid_until',
    'max_uses',
    'max_uses_per_member',
    'active',
  ],
};

function fieldsOf(path: string): string[] {
  const ending = Object.keys(fields)
    .filter((key) => path.endsWith(key) || path.includes(`${key}/`))
    .sort((a, b) => b.length - a.length)[0];
  return fields[ending ?? ''] ?? [];
}

function as(role: string | null) {
  const headers = { 'x-cart-key': newId(), 'if-match': '"1"' };
  return { headers, ...(role ? { as: { roles: [role], merchants: [house.merchantId] } } : {}) };
}

describe.each(writes)('SEC-13: %s %s', (method, path, role) => {
  const send = (body: unknown, options: object = {}) =>
    house.service.http.send(method, `/api/v1${path}`, body, { ...as(role), ...options });

  it('answers 4xx with a code, whatever is in the body', async () => {
    const bodies = [
      ...oddities,
      '{',
      'null',
      ...fieldsOf(path).flatMap((field) => oddities.map((value) => ({ [field]: value }))),
    ];
    const answers = await Promise.all(bodies.map(async (body) => ({ body, answer: await send(body) })));
    for (const { body, answer } of answers) {
      const told = JSON.stringify({ body, problem: answer.body })?.slice(0, 300);
      if (answer.status < 300) continue; // Some oddities are fine: an empty cart, a coupon that lasts for ever.
      expect(`${answer.status} ${told}`).toMatch(/^4\d\d /);
      expect(answer.problem?.code).toMatch(/^[a-z_]+$/);
    }
  });

  it('needs a key, and a token that is right', async () => {
    expect((await send({}, { key: null })).status).toBe(400);
    if (!role) return;
    expect((await send({}, { as: undefined, token: null })).status).toBe(401);
    expect((await send({}, { as: undefined, token: 'forged.token.here' })).status).toBe(401);
    expect(
      (await send({}, { as: { roles: [role], merchants: [house.merchantId], expiresInSeconds: -60 } })).status,
    ).toBe(401);
    expect((await send({}, { as: { roles: ['nobody'], merchants: [house.merchantId] } })).status).toBe(403);
    expect((await send({}, { as: { roles: [role], merchants: [newId()] } })).status).toBeGreaterThanOrEqual(400);
  });
});

describe.each(reads)('SEC-13: GET %s', (path, role) => {
  it('answers 4xx with a code for odd queries, ids and tokens', async () => {
    const get = (at: string, options: object = {}) =>
      house.service.http.get(`/api/v1${at}`, { ...as(role), ...options });
    for (const query of [
      { limit: 'x' },
      { limit: -1 },
      { limit: 1e9 },
      { cursor: '💥' },
      { cursor: 'e30' },
      { status: "' OR 1=1" },
      { member_id: 'x' },
      { nonsense: 1 },
    ]) {
      const answer = await get(path, { query });
      expect(`${answer.status} ${JSON.stringify(query)}`).toMatch(/^(200|4\d\d) /);
    }
    for (const odd of ['x', '%00', '..%2f..', 'a'.repeat(300)])
      expect((await get(path.replaceAll(id, odd))).status).toBeLessThan(500);
    expect((await get(path, { as: undefined, token: null })).status).toBe(401);
    expect(
      (await get(path, { as: { roles: [role], merchants: '*' }, headers: { 'x-merchant-id': 'not-an-id' } })).status,
    ).toBe(404);
    expect((await get(path, { as: { roles: [role], merchants: '*' } })).status).toBe(400);
  });
});
