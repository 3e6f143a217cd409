import { newId } from '@florin/kernel';
import { eventually } from '@florin/testing';
import type { CartDto } from '../src/carts/carts.dto';
import { House, soon } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

const guestKey = () => ({ headers: { 'x-cart-key': newId() } });

it('ORD-03: lines are added, set and taken out, and the cart always answers whole', async () => {
  const ada = house.shopper();
  const { id } = await house.cart(ada, {});
  const path = `/api/v1/carts/${id}`;
  await ada.http.post(`${path}/lines`, { variant_id: house.beans, quantity: 1 });
  const added = await ada.http.post<CartDto>(`${path}/lines`, { variant_id: house.beans.toUpperCase(), quantity: 2 });
  expect(added.body.lines).toMatchObject([
    { variant_id: house.beans, quantity: 3, unit_price_minor: 1_450, total_minor: 4_350 },
  ]);
  const set = await ada.http.put<CartDto>(`${path}/lines/${house.filters}`, { quantity: 4 });
  expect(set.body).toMatchObject({ list_minor: 4_350 + 1_332, total_minor: 5_682 });
  const removed = await ada.http.delete<CartDto>(`${path}/lines/${house.beans}`, {
    headers: { 'idempotency-key': newId() },
  });
  expect(removed.body.lines.map((line) => line.variant_id)).toEqual([house.filters]);
  expect((await ada.http.get<CartDto>(path)).body).toMatchObject({
    total_minor: 1_332,
    status: 'open',
    member_id: ada.id,
  });
});

it('ORD-03: shows the price of today, also of what was put in yesterday', async () => {
  const tea = newId();
  house.neighbours.saveVariant({ variantId: tea, merchantId: house.merchantId, priceMinor: 500 });
  await eventually(async () => (await house.count('variants WHERE variant_id = $1', [tea])) === 1);
  const ada = house.shopper();
  const cart = await house.cart(ada, { [tea]: 1 });
  house.neighbours.saveVariant({ variantId: tea, merchantId: house.merchantId, priceMinor: 650, version: 3 });
  house.neighbours.saveVariant({ variantId: tea, merchantId: house.merchantId, priceMinor: 1, version: 2 });
  await soon(async () => expect((await ada.http.get<CartDto>(`/api/v1/carts/${cart.id}`)).body.total_minor).toBe(650));
  house.neighbours.saveVariant({
    variantId: tea,
    merchantId: house.merchantId,
    priceMinor: 650,
    version: 4,
    active: false,
  });
  await soon(async () => {
    const { body } = await ada.http.get<CartDto>(`/api/v1/carts/${cart.id}`);
    expect(body).toMatchObject({ total_minor: 0, lines: [{ available: false }] });
  });
});

it('adds up what two windows put in at the same moment', async () => {
  const ada = house.shopper();
  const { id } = await house.cart(ada, {});
  await Promise.all(
    Array.from({ length: 20 }, () =>
      ada.http.post(`/api/v1/carts/${id}/lines`, { variant_id: house.beans, quantity: 1 }),
    ),
  );
  expect((await ada.http.get<CartDto>(`/api/v1/carts/${id}`)).body.lines[0]?.quantity).toBe(20);
});

it('adds once for one idempotency key', async () => {
  const ada = house.shopper();
  const { id } = await house.cart(ada, {});
  const add = () =>
    ada.http.post<CartDto>(`/api/v1/carts/${id}/lines`, { variant_id: house.beans, quantity: 1 }, { key: 'add-it' });
  await add();
  expect((await add()).headers.get('idempotent-replayed')).toBe('true');
  expect((await ada.http.get<CartDto>(`/api/v1/carts/${id}`)).body.lines[0]?.quantity).toBe(1);
  const keyless = await ada.http.post(
    `/api/v1/carts/${id}/lines`,
    { variant_id: house.beans, quantity: 1 },
    { key: null },
  );
  expect(keyless.problem?.code).toBe('idempotency_key_required');
});

it('GAP-ORD-11: a guest fills a cart, and makes it their own by signing in', async () => {
  const guest = guestKey();
  const body = { merchant_id: house.merchantId, lines: [{ variant_id: house.beans, quantity: 1 }] };
  const made = await house.service.http.post<CartDto>('/api/v1/carts/guest', body, guest);
  expect([made.status, made.body.member_id]).toEqual([201, null]);
  const path = `/api/v1/carts/guest/${made.body.id}`;
  expect((await house.service.http.get(path)).problem?.code).toBe('cart_key_required');
  expect((await house.service.http.get(path, guestKey())).status).toBe(404);
  await house.service.http.put(`${path}/lines/${house.filters}`, { quantity: 2 }, guest);
  const ada = house.shopper();
  expect((await house.place(ada, made.body.id)).status).toBe(404);
  expect((await ada.http.post(`/api/v1/carts/${made.body.id}/claim`, {}, guestKey())).status).toBe(404);
  const claimed = await ada.http.post<CartDto>(`/api/v1/carts/${made.body.id}/claim`, {}, guest);
  expect(claimed.body).toMatchObject({ member_id: ada.id, total_minor: 1_450 + 666 });
  expect((await house.service.http.get(path, guest)).status).toBe(404);
  house.neighbours.behave();
  expect((await house.place(ada, made.body.id)).status).toBe(202);
});

it.each([
  ['variant_unavailable', 422, () => ({ variant_id: newId(), quantity: 1 })],
  ['too_many_units', 422, () => ({ variant_id: house.beans, quantity: 999 })],
  ['validation_failed', 400, () => ({ variant_id: house.beans, quantity: 0 })],
  ['validation_failed', 400, () => ({ variant_id: 'x', quantity: 1 })],
  ['validation_failed', 400, () => ({ variant_id: house.beans, quantity: '1' })],
])('refuses a line: %s', async (code, status, body) => {
  const ada = house.shopper();
  const { id } = await house.cart(ada, { [house.beans]: 1 });
  const answer = await ada.http.post(`/api/v1/carts/${id}/lines`, body());
  expect([answer.status, answer.problem?.code]).toEqual([status, code]);
  expect((await ada.http.get<CartDto>(`/api/v1/carts/${id}`)).body.lines).toMatchObject([{ quantity: 1 }]);
});

it('does not sell what another merchant sells, nor show a cart to another merchant', async () => {
  const foreign = newId();
  const other = newId();
  house.neighbours.saveMerchant(other);
  house.neighbours.saveVariant({ variantId: foreign, merchantId: other, priceMinor: 100 });
  await eventually(async () => (await house.count('variants WHERE variant_id = $1', [foreign])) === 1);
  const ada = house.shopper();
  const answer = await ada.http.post('/api/v1/carts', { lines: [{ variant_id: foreign, quantity: 1 }] });
  expect(answer.problem?.code).toBe('variant_unavailable');
  const { id } = await house.cart(ada);
  const elsewhere = house.service.http.as({ sub: ada.id, merchants: [other] });
  expect((await elsewhere.get(`/api/v1/carts/${id}`)).status).toBe(404);
});
