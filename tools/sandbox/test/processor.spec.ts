import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Processor, signatureHeader, startProcessor } from '../processor';

interface Heard {
  id: string;
  type: string;
  signature: string;
  body: string;
}

const secret = 'whsec_test';
const apiKey = 'sk_test';

/** Stands where the wallet would: counts what it hears and can refuse for a while. */
class Receiver {
  readonly heard: Heard[] = [];
  refusals = 0;
  private readonly server: Server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      answer.statusCode = this.refusals > 0 ? 503 : 200;
      if (this.refusals > 0) this.refusals -= 1;
      else {
        const event = JSON.parse(body) as { id: string; type: string };
        this.heard.push({ ...event, signature: String(request.headers['stripe-signature']), body });
      }
      answer.end();
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not happen in 5 s.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('sandbox processor', () => {
  let processor: Processor;
  let receiver: Receiver;
  let dir: string;
  let hook: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'processor-'));
    receiver = new Receiver();
    hook = await receiver.start();
    processor = await start();
  });

  afterEach(async () => {
    await processor.stop();
    await receiver.stop();
    await rm(dir, { recursive: true });
  });

  function start(): Promise<Processor> {
    return startProcessor({ secret, apiKey, dir, webhookUrl: hook, slowAnswerMs: 400, lateWebhookMs: 300 });
  }

  async function call(
    method: string,
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<{ status: number; body: Record<string, never> }> {
    const answer = await fetch(`${processor.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, never> };
  }

  const card = (token = 'tok_visa', amount = 1_200, ref = 'p1') => ({
    amount,
    currency: 'eur',
    payment_method: token,
    capture_method: 'manual',
    metadata: { ref },
  });

  it('authorises, captures less than it held, refunds in parts and never more than it took', async () => {
    const held = await call('POST', '/v1/payment_intents', card(), 'k1');
    expect(held.body).toMatchObject({ status: 'requires_capture', amount_capturable: 1_200, amount_received: 0 });
    const id = held.body['id'];
    const taken = await call('POST', `/v1/payment_intents/${id}/capture`, { amount_to_capture: 1_000 }, 'k2');
    expect(taken.body).toMatchObject({ status: 'succeeded', amount_received: 1_000, amount_capturable: 0 });
    expect((await call('POST', '/v1/refunds', { payment_intent: id, amount: 400 }, 'k3')).body).toMatchObject({
      amount: 400,
      status: 'succeeded',
    });
    expect((await call('POST', '/v1/refunds', { payment_intent: id, amount: 601 }, 'k4')).status).toBe(400);
    expect((await call('POST', '/v1/refunds', { payment_intent: id }, 'k5')).body).toMatchObject({ amount: 600 });
    expect((await call('POST', '/v1/refunds', { payment_intent: id }, 'k6')).status).toBe(400);
    expect((await call('GET', `/v1/payment_intents/${id}`)).body).toMatchObject({ amount_refunded: 1_000 });
  });

  it('gives the first answer again for a repeated key, refuses it for other input, charges once', async () => {
    const [first, second] = await Promise.all([
      call('POST', '/v1/payment_intents', card(), 'same'),
      call('POST', '/v1/payment_intents', card(), 'same'),
    ]);
    expect(second.body['id']).toBe(first.body['id']);
    expect((await call('POST', '/v1/payment_intents', card('tok_visa', 9), 'same')).status).toBe(400);
    expect((await call('GET', '/v1/payment_intents?metadata_ref=p1')).body['data']).toHaveLength(1);
  });

  it('declines with 402 and says so again when asked again', async () => {
    const declined = await call('POST', '/v1/payment_intents', card('tok_declined'), 'k');
    expect(declined).toMatchObject({
      status: 402,
      body: { error: { code: 'card_declined', payment_intent: { status: 'requires_payment_method' } } },
    });
    expect((await call('POST', '/v1/payment_intents', card('tok_declined'), 'k')).status).toBe(402);
    await until(() => receiver.heard.length === 1);
    expect(receiver.heard[0]).toMatchObject({ type: 'payment_intent.payment_failed' });
  });

  it('takes the money and answers late for tok_timeout, and at once when asked again', async () => {
    const slow = call('POST', '/v1/payment_intents', card('tok_timeout'), 'k');
    await until(() => receiver.heard.length === 1);
    const started = performance.now();
    const again = await call('POST', '/v1/payment_intents', card('tok_timeout'), 'k');
    expect(performance.now() - started).toBeLessThan(200);
    expect(again.body['id']).toBe((await slow).body['id']);
  });

  it('holds but does not capture tok_capture_fail, and the hold can still be given back', async () => {
    const { body } = await call('POST', '/v1/payment_intents', card('tok_capture_fail'));
    expect(await call('POST', `/v1/payment_intents/${body['id']}/capture`)).toMatchObject({
      status: 402,
      body: { error: { code: 'capture_failed' } },
    });
    expect((await call('POST', `/v1/payment_intents/${body['id']}/cancel`)).body).toMatchObject({ status: 'canceled' });
    expect((await call('POST', `/v1/payment_intents/${body['id']}/capture`)).status).toBe(400);
  });

  it('says tok_twice twice, tok_late late, and signs what it says', async () => {
    const started = performance.now();
    await call('POST', '/v1/payment_intents', card('tok_late'));
    await call('POST', '/v1/payment_intents', card('tok_twice'));
    await until(() => receiver.heard.length === 3);
    expect(performance.now() - started).toBeGreaterThanOrEqual(290);
    expect(receiver.heard[0]?.id).toBe(receiver.heard[1]?.id);
    const { signature = '', body = '' } = receiver.heard[0] ?? {};
    const timestamp = Number(/t=(\d+)/.exec(signature)?.[1]);
    expect(signature).toBe(signatureHeader(body, secret, timestamp));
  });

  it('repeats a webhook that was not taken, and keeps the ones it owes over a restart', async () => {
    receiver.refusals = 2;
    await call('POST', '/v1/payment_intents', card());
    await until(() => receiver.heard.length === 1);
    processor.webhookUrl = undefined;
    const { body } = await call('POST', '/v1/payment_intents', card('tok_visa', 700, 'p2'), 'k2');
    await processor.stop();
    processor = await start();
    await until(() => receiver.heard.length === 2);
    expect(receiver.heard[1]?.body).toContain(body['id']);
    expect((await call('POST', '/v1/payment_intents', card('tok_visa', 700, 'p2'), 'k2')).body['id']).toBe(body['id']);
    expect((await call('GET', '/v1/events')).body['data']).toHaveLength(2);
  });

  it('refuses a wrong key, a card number and an amount that is none', async () => {
    expect((await fetch(`${processor.url}/v1/events`)).status).toBe(401);
    expect((await call('POST', '/v1/payment_intents', card('4242424242424242'))).status).toBe(400);
    for (const amount of [0, -5, 1.5, 1e12])
      expect((await call('POST', '/v1/payment_intents', card('tok_visa', amount))).status).toBe(400);
    expect((await call('POST', '/v1/payment_intents', [])).status).toBe(400);
    expect((await call('POST', '/v1/payment_intents/pi_none/capture')).status).toBe(404);
  });
});
