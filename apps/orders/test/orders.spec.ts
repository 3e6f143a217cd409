import { newId } from '@florin/kernel';
import { countQueries } from '@florin/testing';
import type { OrderDto, OrderSummaryDto } from '../src/orders/orders.dto';
import { House } from './house';

interface Page {
  data: OrderSummaryDto[];
  next_cursor: string | null;
  has_more: boolean;
}

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

it('lists own orders newest first, page by page, without one missing or twice', async () => {
  const ada = house.shopper();
  const bought: string[] = [];
  for (let made = 0; made < 5; made += 1) bought.unshift((await house.buy(ada)).id);
  await house.buy(house.shopper());
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { body } = await ada.http.get<Page>('/api/v1/orders/mine', { query: { limit: 2, cursor } });
    seen.push(...body.data.map((order) => order.id));
    cursor = body.next_cursor;
  }
  expect(seen).toEqual(bought);
  expect((await ada.http.get('/api/v1/orders/mine', { query: { cursor: 'nonsense' } })).problem?.code).toBe(
    'invalid_cursor',
  );
  expect((await ada.http.get('/api/v1/orders/mine', { query: { limit: 101 } })).status).toBe(400);
});

it('ORD-02: staff see the orders of their merchant, by status and member', async () => {
  const ada = house.shopper();
  house.neighbours.behave({ payment: 'refuses' });
  const { id } = await house.buy(ada);
  house.neighbours.behave();
  const support = house.staff('support_agent');
  const { body } = await support.get<Page>('/api/v1/orders', { query: { status: 'cancelled', member_id: ada.id } });
  expect(body.data).toMatchObject([{ id, status: 'cancelled', reason_code: 'card_declined' }]);
  expect((await support.get<OrderDto>(`/api/v1/orders/${id}`)).body.member_id).toBe(ada.id);
  expect((await support.get('/api/v1/orders', { query: { status: 'lost' } })).status).toBe(400);
  expect((await ada.http.get('/api/v1/orders')).status).toBe(403);
});

it('shows an order to its shopper and the merchant, and to nobody else', async () => {
  const ada = house.shopper();
  const { id } = await house.buy(ada);
  const path = `/api/v1/orders/${id}`;
  expect((await ada.http.get(path)).status).toBe(200);
  const strangers = [
    house.shopper().http,
    house.staff('support_agent', [newId()]),
    house.service.http.as({ sub: ada.id, merchants: [newId()] }),
  ];
  for (const stranger of strangers) expect((await stranger.get(path)).status).toBe(404);
  expect((await house.service.http.get(path)).status).toBe(401);
  for (const missing of [newId(), 'nonsense', '00000000-0000-4000-8000-000000000000']) {
    expect((await ada.http.get(`/api/v1/orders/${missing}`)).status).toBe(404);
  }
  const service = house.service.http.as({ sub: 'reporting', merchants: [house.merchantId], roles: ['customer'] });
  expect((await service.get('/api/v1/orders/mine')).status).toBe(403);
});

it('K8S-26: reads an order of one line and of three with as many statements', async () => {
  const ada = house.shopper();
  const small = await house.buy(ada, { [house.beans]: 1 });
  const large = await house.buy(ada, { [house.beans]: 1, [house.filters]: 2, [house.grinder]: 1 });
  const count = async (id: string) =>
    (await countQueries(() => house.order(ada, id))).statements.filter(
      (sql) => sql.includes('created_at = $2') || sql.includes('refunds'),
    ).length;
  expect(await count(small.id)).toBe(6);
  expect(await count(large.id)).toBe(6);
});
