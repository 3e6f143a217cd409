import { Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { countQueries, eventually, startService, type StartedService } from '@florin/testing';
import { AppModule } from '../src/app.module';
import { AdvanceCheckouts } from '../src/checkout/advance-checkouts';
import type { OrderReceiptDto } from '../src/checkout/checkout.dto';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(() => house.neighbours.behave());

async function placeTogether(shoppers: number): Promise<OrderReceiptDto[]> {
  const buyers = Array.from({ length: shoppers }, () => house.shopper());
  const carts = await Promise.all(buyers.map((buyer) => house.cart(buyer, { [house.beans]: 1, [house.filters]: 2 })));
  const answers = await Promise.all(buyers.map((buyer, index) => house.place(buyer, carts[index]?.id ?? '')));
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202));
  return answers.map((answer) => answer.body);
}

it('32 shoppers who order at once share transactions', async () => {
  const placed = await placeTogether(32);
  const [row] = await house.service.query<{ transactions: number }>(
    'SELECT count(DISTINCT xmin::text)::integer AS transactions FROM order_items WHERE order_id = ANY($1)',
    [placed.map((order) => order.id)],
  );
  expect(row?.transactions).toBeLessThanOrEqual(12);
});

it('moving fifty checkouts takes as many statements as moving one', async () => {
  house.neighbours.behave({ stock: 'is silent', payment: 'is silent' });
  const placed = await placeTogether(32);
  const { app } = house.service;
  const statementsOf = async (orders: OrderReceiptDto[]) => {
    const facts = orders.flatMap(({ checkout_id }) =>
      (['stock', 'payment'] as const).map((part) => ({
        checkoutId: checkout_id,
        fact: { part, fact: 'reserved' as const },
        actor: 'test',
      })),
    );
    const move = () =>
      app.get(Transactions).run((tx) => app.get(AdvanceCheckouts, { strict: false }).execute(tx, facts));
    const { statements } = await countQueries(
      move,
      /job_runs|BEGIN|COMMIT|deadline_at|published_at|inbox|LISTEN|UPDATE outbox|advisory/,
    );
    return statements.filter((sql) => /checkouts|INSERT INTO outbox|orders/.test(sql)).length;
  };
  const one = await statementsOf(placed.slice(0, 1));
  expect(one).toBeLessThanOrEqual(4);
  expect(await statementsOf(placed.slice(1))).toBe(one);
});

describe('when the API and the worker are processes of their own', () => {
  let api: StartedService;
  beforeAll(
    async () =>
      (api = await startService(AppModule, {
        database: house.service.database,
        broker: house.service.broker,
        roles: 'api',
      })),
  );
  afterAll(() => api.close());

  it('a shopper who waits at one hears at once of the end that the other decided', async () => {
    const ada = house.shopper();
    const cart = await house.cart(ada);
    const began = Date.now();
    const answer = await api.http
      .as({ sub: ada.id, merchants: [house.merchantId] })
      .post<OrderReceiptDto>(
        '/api/v1/orders',
        { cart_id: cart.id, payment: { card_token: 'tok_visa' } },
        { headers: { prefer: 'wait=20' } },
      );
    expect([answer.status, answer.body.status]).toEqual([201, 'completed']);
    expect(Date.now() - began).toBeLessThan(15_000);
  });
});

it('K8S-15: writes orders into the partition of their month', async () => {
  const ada = house.shopper();
  const { id } = await house.buy(ada);
  await eventually(async () => (await house.count('orders WHERE id = $1', [id])) === 1);
  const month = new Date().toISOString().slice(0, 7).replace('-', '_');
  for (const table of ['orders', 'order_items', 'order_status_history']) {
    expect(
      await house.count(`${table}_${month} WHERE ${table === 'orders' ? 'id' : 'order_id'} = $1`, [id]),
    ).toBeGreaterThan(0);
    expect(await house.count(`${table}_default`)).toBe(0);
  }
  const [plan] = await house.service.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (FORMAT JSON) SELECT 1 FROM orders WHERE id = '${id}' AND created_at = '${new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toISOString()}'`,
  );
  expect(JSON.stringify(plan)).not.toContain('Append');
  expect(newId()[14]).toBe('7');
});
