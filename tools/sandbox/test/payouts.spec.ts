import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PayoutSandbox, type PayoutSandboxOptions, startPayouts } from '../payouts';

const account = { organizationId: 'florin', apiKey: 'key', webhookKey: 'webhook key' };
let dir: string;
let provider: PayoutSandbox;

const start = async (options: Partial<PayoutSandboxOptions> = {}) =>
  (provider = await startPayouts({ ...account, dir, stepMs: 20, slowAnswerMs: 50, ...options }));

beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'payouts-'))));
afterEach(async () => {
  await provider.stop();
  rmSync(dir, { recursive: true, force: true });
});

const order = (holder: string, amount = 500) => ({
  ...{ type: 'sepa', direction: 'credit', amount, currency: 'EUR', metadata: { withdrawal_id: 'w-1' } },
  receiving_account: { party_name: holder, account_details: [{ account_number: 'DE89370400440532013000' }] },
});

function ask(body: object | undefined, key = 'k-1', as = 'florin:key'): Promise<Response> {
  const headers = {
    authorization: `Basic ${Buffer.from(as).toString('base64')}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  return body
    ? fetch(`${provider.url}/api/payment_orders`, { method: 'POST', headers, body: JSON.stringify(body) })
    : fetch(`${provider.url}/api/payment_orders?metadata%5Bwithdrawal_id%5D=w-1`, { headers });
}

async function settled(): Promise<void> {
  while (!provider.isSettled) await new Promise((later) => setTimeout(later, 10));
}

it('pays once under one key, refuses another body under it, and pays again under another: that is up to the caller', async () => {
  await start();
  const [first, second] = [await ask(order('Ada')), await ask(order('Ada'))];
  expect(await second.json()).toMatchObject({ id: ((await first.json()) as { id: string }).id });
  expect((await ask(order('Ada', 501))).status).toBe(409);
  await settled();
  expect(provider.book.netOf('w-1')).toBe(500);
  await ask(order('Ada'), 'k-2');
  await settled();
  expect(provider.book.netOf('w-1')).toBe(1_000);
});

it('goes on after a restart where it was, knows its keys, and pays nothing twice', async () => {
  await start({ stepMs: 60_000 });
  await ask(order('Ada'));
  await provider.stop();
  await start();
  await ask(order('Ada'));
  await settled();
  expect(provider.book.movements).toMatchObject([{ intent: 'w-1', moved: 'paid', amount: 500 }]);
  await provider.stop();
  await start();
  expect(provider.book.netOf('w-1')).toBe(500);
});

it.each(['Timeout', 'Broken'])('takes the order and does not say so (%s)', async (lie) => {
  await start();
  const answer = await ask(order(`Ada ${lie}`)).then(
    ({ status }) => status,
    () => 'cut off',
  );
  expect(answer).toBe(lie === 'Broken' ? 500 : 'cut off');
  expect(await (await ask(undefined)).json()).toHaveLength(1);
});

it('loses the first question and takes the second', async () => {
  await start();
  await expect(ask(order('Ada Lost'))).rejects.toThrow();
  expect(await (await ask(undefined)).json()).toEqual([]);
  expect((await ask(order('Ada Lost'))).status).toBe(201);
});

it('is for its customers alone, and says what is wrong with an order', async () => {
  await start();
  expect((await ask(order('Ada'), 'k-1', 'florin:other')).status).toBe(401);
  expect((await ask({ ...order('Ada'), amount: 0 })).status).toBe(422);
  expect(provider.book.orders.size).toBe(0);
});
