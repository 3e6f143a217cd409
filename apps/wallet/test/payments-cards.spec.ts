import { paymentReserve, refundIssue } from '@florin/contracts';
import { mentionsCard, newId } from '@florin/kernel';
import { type ApiDocument, operationsOf, Peer, testDatabase } from '@florin/testing';
import { migrations } from '../src/migrations';
import { soon } from './house';
import { WalletProcess } from './payments-process';
import { signed } from './sandbox';

/** Test numbers that processors publish, one per scheme, as people write them. */
const cards = ['4242424242424242', '5555 5555 5555 4444', '3782-822463-10005', '6011.1111.1111.1117'];
const card = cards[0] ?? '';

let wallet: WalletProcess;
let peer: Peer;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await testDatabase({ migrations });
  drop = () => database.drop();
  wallet = await WalletProcess.on(database.url);
  peer = await Peer.open(wallet.broker);
}, 60_000);
afterAll(async () => {
  await peer.close();
  await wallet.close();
  await drop();
});

/** Every text and number anywhere in a value, each by itself, names of fields included. */
function* leavesOf(value: unknown): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value);
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) {
      yield name;
      yield* leavesOf(member);
    }
}

const cardsIn = (value: unknown): string[] => [...leavesOf(value)].filter(mentionsCard);

/** Every table of the database, whole, whatever the type of the column. */
async function cardsInDatabase(): Promise<{ tables: number; rows: number; found: string[] }> {
  const tables = await wallet.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  let rows = 0;
  for (const { name } of tables) {
    const all = await wallet.query<{ row: object }>(`SELECT to_jsonb(t) AS row FROM ${name} AS t`);
    rows += all.length;
    for (const { row } of all) found.push(...cardsIn(row).map((text) => `${name}: ${text}`));
  }
  return { tables: tables.length, rows, found };
}

/** What the processes printed, line by line; JSON by its parts. */
function cardsInLog(output: string): string[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return mentionsCard(line) ? [line] : [];
    return cardsIn(JSON.parse(line));
  });
}

/** What the wallet has said over the broker. */
const cardsInQueues = (): string[] =>
  peer.heard.filter(({ envelope }) => envelope.source !== '/florin/test').flatMap(({ envelope }) => cardsIn(envelope));

/** A payment that goes well, so that there is something to look through. */
async function journey(): Promise<string> {
  const body = { member_id: newId(), amount_minor: 1_000, currency: 'EUR', card_token: 'tok_visa' };
  const waiting = { headers: { prefer: 'wait=10' } };
  const { body: payment } = await wallet.http.post<{ id: string }>('/api/v1/payments', body, waiting);
  await wallet.http.post(`/api/v1/payments/${payment.id}/captures`, {}, waiting);
  await wallet.http.post(`/api/v1/payments/${payment.id}/refunds`, { amount_minor: 1, reason: 'Broken' }, waiting);
  return payment.id;
}

it('WAL-14: a card number is refused wherever it is sent, in every route and field, and never kept', async () => {
  const id = await journey();
  const document = await (await fetch(`${wallet.url}/openapi.json`)).json();
  const writes = operationsOf(document as ApiDocument).filter(({ method }) => method !== 'GET');
  expect(writes.length).toBeGreaterThan(10);
  for (const { method, path } of writes) {
    for (const number of cards) {
      // A number of its own and one in a sentence, in a field that there is and in one that there is not.
      const body = {
        description: `card ${number}, please`,
        reason: number,
        card_token: number,
        note: { deep: [number] },
      };
      const at = path.replaceAll(/\{[^}]+\}/g, id);
      const answer = await wallet.http.send(method, at, JSON.stringify(body));
      expect([method, at, answer.status >= 400]).toEqual([method, at, true]);
    }
  }
});

it('WAL-14: nor in an address, a query or a header', async () => {
  const token = { member_id: newId(), amount_minor: 100, currency: 'EUR', card_token: 'tok_visa' };
  for (const number of ['4242424242424242', '5555555555554444']) {
    const answers = [
      await wallet.http.get(`/api/v1/payments/${number}`),
      await wallet.http.get('/api/v1/payments', { query: { order_id: number } }),
      await wallet.http.get('/api/v1/payments', { query: { processor: number, cursor: number } }),
      await wallet.http.post('/api/v1/payments', token, { key: number }),
    ];
    for (const { status, problem } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(problem)).not.toContain(number);
    }
    await wallet.http.post('/api/v1/payments', token, { headers: { 'request-id': number, 'user-agent': number } });
  }
});

/** A webhook as the processor signs it. */
function tell(processor: 'stripe' | 'paypal', event: object) {
  const body = JSON.stringify(event);
  const headers = processor === 'stripe' ? signed(body, Date.now() / 1_000) : wallet.paypal.sandbox.signed(body);
  return wallet.http.post(`/api/v1/payments/webhooks/${processor}`, body, { key: null, token: null, headers });
}

it('WAL-14: nor from a processor or another service', async () => {
  const ref = await journey();
  const object = { id: `pi_${ref}`, status: 'requires_payment_method', metadata: { ref } };
  const event = { id: `evt_${newId()}`, type: 'payment_intent.payment_failed', data: { object } };
  const resource = { id: 'C1', status: 'COMPLETED', custom_id: ref, amount: { value: '1.00', currency_code: 'EUR' } };
  const second = { id: `WH-${newId()}`, event_type: 'PAYMENT.CAPTURE.COMPLETED', resource };
  for (const number of cards) {
    const charges = { data: [{ payment_method_details: { card: { number } } }] };
    const said = [
      { ...event, id: number },
      { ...event, data: { object: { ...object, charges } } },
      { ...event, data: { object: { ...object, last_payment_error: { code: number, message: number } } } },
      { ...event, data: { object: { ...object, metadata: { ref, note: `card ${number}` } } } },
    ];
    for (const each of said) expect((await tell('stripe', each)).status).toBe(400);
    expect((await tell('paypal', { ...second, resource: { ...resource, invoice_id: number } })).status).toBe(400);
    const order = {
      checkoutId: newId(),
      orderId: newId(),
      merchantId: wallet.merchantId,
      memberId: newId(),
      currency: 'EUR',
    };
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    peer.say(paymentReserve, { ...order, walletMinor: 0, cardMinor: 100, cardToken: number, expiresAt });
    peer.say(refundIssue, { ...order, refundId: newId(), walletMinor: 0, cardMinor: 1, reason: `card ${number}` });
    await soon(async () => {
      const sql = 'SELECT state, reason_code FROM checkout_payments WHERE checkout_id = $1';
      const [row] = await wallet.query(sql, [order.checkoutId]);
      expect(row).toEqual({ state: 'refused', reason_code: 'card_number_refused' });
    });
  }
  // The same without a number is taken, and the last digits that come with it are not kept either.
  const masked = { data: [{ payment_method_details: { card: { last4: '4242', fingerprint: 'Xt5E' } } }] };
  expect((await tell('stripe', { ...event, data: { object: { ...object, charges: masked } } })).status).toBe(200);
  expect((await tell('paypal', second)).status).toBe(200);
  const kept = await wallet.query<{ payload: object }>('SELECT payload FROM payment_webhooks');
  expect(kept).toHaveLength(2);
  expect(JSON.stringify(kept)).not.toMatch(/last4|Xt5E/);
});

it('WAL-14: after all that, a Luhn scan over every table, the queues and the log finds no card number', async () => {
  await soon(async () => expect(await wallet.query('SELECT 1 FROM outbox WHERE published_at IS NULL')).toEqual([]));
  const { tables, rows, found } = await cardsInDatabase();
  expect(found).toEqual([]);
  expect(cardsInQueues()).toEqual([]);
  expect(cardsInLog(wallet.output)).toEqual([]);
  // It looked at something.
  expect([tables > 40, rows > 100, wallet.output.length > 10_000]).toEqual([true, true, true]);
  const heard = peer.heard.filter(({ envelope }) => envelope.source !== '/florin/test');
  expect(heard.length).toBeGreaterThan(3);
});

it('WAL-14: the scan finds one that is planted, in a column of text, of JSON, in a queue and in the log', async () => {
  const id = await journey();
  await wallet.query('UPDATE payment_transactions SET description = $2 WHERE id = $1', [id, `by card ${card}`]);
  await wallet.query("UPDATE payment_webhooks SET payload = payload || $1::jsonb WHERE processor = 'stripe'", [
    JSON.stringify({ deep: [{ number: '5555 5555 5555 4444' }] }),
  ]);
  const { found } = await cardsInDatabase();
  expect(found.sort()).toEqual([
    `public.payment_transactions: by card ${card}`,
    'public.payment_webhooks: 5555 5555 5555 4444',
  ]);
  expect(
    cardsInLog(
      `${wallet.output}\n${JSON.stringify({ msg: 'charge', body: { number: card } })}\nplain 6011111111111117`,
    ),
  ).toEqual([card, 'plain 6011111111111117']);
  expect(cardsIn({ data: { note: 'card 378282246310005' } })).toEqual(['card 378282246310005']);
});
