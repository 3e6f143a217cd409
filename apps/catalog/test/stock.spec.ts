import { newId } from '@florin/kernel';
import type { StockLevelDto } from '../src/stock/stock.dto';
import { House, newMerchant } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
afterEach(() => house.sumsAreRight());

const receipt = (variantId: string, quantity = 5) => ({ variant_id: variantId, quantity, reference: 'delivery 7' });

it('CAT-06, CAT-13: units that come in can be bought at once', async () => {
  const { id, variants } = await house.product();
  const [variant] = variants;
  expect(variant?.available).toBe(0);
  expect(await house.level(variant?.id ?? '')).toEqual({ received: 0, available: 0, reserved: 0, sold: 0 });
  expect(await house.receive(variant?.id ?? '', 12)).toMatchObject({ received: 12, available: 12 });
  await house.receive(variant?.id ?? '', 3);
  const { body } = await house.http.get<typeof variants & { variants: typeof variants }>(`/api/v1/products/${id}`);
  expect(body.variants[0]?.available).toBe(15);
});

it('CAT-08, CAT-15: every change is kept, newest first, page by page', async () => {
  const beans = await house.variant(10);
  const { checkoutId } = house.reserve({ [beans]: 4 });
  await house.settled();
  house.confirm(checkoutId);
  await house.settled();
  const moved = await house.movements(beans);
  expect(
    moved.map(({ kind, received, available, reserved, sold, reference }) => [
      kind,
      received,
      available,
      reserved,
      sold,
      reference,
    ]),
  ).toEqual([
    ['confirm', 0, 0, -4, 4, checkoutId],
    ['reserve', 0, -4, 4, 0, checkoutId],
    ['receipt', 10, 10, 0, 0, 'delivery 7'],
  ]);
  const path = `/api/v1/stock/${beans}/movements`;
  const kinds: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { body } = await house.staff().get<{ data: { kind: string }[]; next_cursor: string | null }>(path, {
      query: { limit: 1, cursor },
    });
    kinds.push(...body.data.map(({ kind }) => kind));
    cursor = body.next_cursor;
  }
  expect(kinds).toEqual(['confirm', 'reserve', 'receipt']);
});

it('a delivery is booked once per key, also when it is sent twice at once', async () => {
  const beans = await house.variant(0);
  const staff = house.staff();
  const book = () => staff.post<StockLevelDto>('/api/v1/stock/receipts', receipt(beans), { key: 'delivery-7' });
  const together = await Promise.all([book(), book(), book()]);
  for (const { status } of together) expect([201, 409]).toContain(status);
  const again = await book();
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  expect(await house.level(beans)).toMatchObject({ received: 5, available: 5 });
  const other = await staff.post('/api/v1/stock/receipts', receipt(beans, 6), { key: 'delivery-7' });
  expect([other.status, other.problem?.code]).toEqual([422, 'idempotency_key_reused']);
});

it('thirty deliveries at once are all counted', async () => {
  const beans = await house.variant(0);
  await Promise.all(Array.from({ length: 30 }, (_, index) => house.receive(beans, index + 1)));
  expect(await house.level(beans)).toEqual({ received: 465, available: 465, reserved: 0, sold: 0 });
});

it('AUTH-48: stock of another merchant does not exist', async () => {
  const beans = await house.variant(5);
  const stranger = house.staff('merchant_admin', [(await newMerchant(house.service)).id]);
  const answers = [
    await stranger.get(`/api/v1/stock/${beans}`),
    await stranger.get(`/api/v1/stock/${beans}/movements`),
    await stranger.post('/api/v1/stock/receipts', receipt(beans)),
    await house.staff().get(`/api/v1/stock/${newId()}`),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
    answers.map(() => [404, 'variant_not_found']),
  );
  expect(await house.level(beans)).toMatchObject({ received: 5 });
});

it('is booked by those who may, and seen by nobody outside', async () => {
  const beans = await house.variant(5);
  const roles = { catalog_manager: [201, 200], auditor: [403, 200], customer: [403, 403] };
  for (const [role, expected] of Object.entries(roles)) {
    const staff = house.staff(role);
    const booked = await staff.post('/api/v1/stock/receipts', receipt(beans));
    expect([role, booked.status, (await staff.get(`/api/v1/stock/${beans}`)).status]).toEqual([role, ...expected]);
  }
  expect((await house.http.get(`/api/v1/stock/${beans}`)).status).toBe(401);
});

it('CMP-CAT-1: the database refuses numbers below zero or that do not add up, whatever the code believes', async () => {
  const beans = await house.variant(5);
  const change = (numbers: string) =>
    house.service.query(`UPDATE inventory_items SET ${numbers} WHERE variant_id = $1`, [beans]);
  for (const numbers of [
    'available = -1, reserved = 6',
    'available = 6, reserved = -1',
    'available = 6, sold = -1',
    'received = 4, available = 5, sold = -1',
  ])
    await expect(change(numbers)).rejects.toThrow(/check constraint "inventory_items_(available|reserved|sold)_check"/);
  await expect(change('available = 6')).rejects.toThrow('inventory_items_add_up');
});
