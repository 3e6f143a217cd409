import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { eventually } from '@florin/testing';
import { type PaypalSandbox, startPaypal } from '../paypal';

interface Order {
  id: string;
  purchase_units: {
    payments: { authorizations: { id: string; status: string }[]; captures: { id: string; status: string }[] };
  }[];
}
interface Reply<Body> {
  status: number;
  body: Body & { details?: { issue: string }[] };
}

const account = { clientId: 'client', clientSecret: 'secret', webhookId: 'WH-1' };
let sandbox: PaypalSandbox;
let token: string;
beforeEach(async () => {
  sandbox = await startPaypal({ ...account, pendingMs: 30 });
  token = await tokenOf(sandbox);
});
afterEach(() => sandbox.stop());

async function tokenOf({ url }: PaypalSandbox): Promise<string> {
  const answer = await fetch(`${url}/v1/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('client:secret').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function send<Body = object>(path: string, body?: object, id: string = randomUUID()): Promise<Reply<Body>> {
  const answer = await fetch(`${sandbox.url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      'paypal-request-id': id,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Reply<Body>['body'] };
}

const orderOf = (value: unknown, vaultId = 'tok_visa') => ({
  intent: 'AUTHORIZE',
  purchase_units: [{ custom_id: 'ours', invoice_id: 'ours', amount: { currency_code: 'EUR', value } }],
  payment_source: { card: { vault_id: vaultId } },
});

async function authorised(vaultId?: string): Promise<{ order: string; authorization: string }> {
  const { body } = await send<Order>('/v2/checkout/orders', orderOf('10.00', vaultId));
  return { order: body.id, authorization: body.purchase_units[0]?.payments.authorizations[0]?.id ?? '' };
}

const capture = (authorization: string, value: string, id?: string) =>
  send<{ id: string; status: string }>(
    `/v2/payments/authorizations/${authorization}/capture`,
    { amount: { currency_code: 'EUR', value }, invoice_id: 'part' },
    id,
  );

it('takes amounts as texts only, and never a card number', async () => {
  for (const value of [10, '10.0', '10.001', '-1.00', '0.00', '1e3']) {
    expect((await send('/v2/checkout/orders', orderOf(value))).status).toBe(400);
  }
  const card = { ...orderOf('10.00'), payment_source: { card: { number: '4242424242424242' } } };
  expect((await send('/v2/checkout/orders', card)).status).toBe(400);
});

it('gives nothing without a token, nor with one that ended', async () => {
  sandbox.endTokens();
  expect((await send('/v2/checkout/orders', orderOf('10.00'))).status).toBe(401);
});

it('does a request once, gives its latest state again, and refuses another under its id', async () => {
  const id = randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => send<Order>('/v2/checkout/orders', orderOf('10.00'), id)));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const authorization = answers[0]?.body.purchase_units[0]?.payments.authorizations[0]?.id ?? '';
  await capture(authorization, '4.00');
  const again = await send<Order>('/v2/checkout/orders', orderOf('10.00'), id);
  expect(again.body.purchase_units[0]?.payments.authorizations[0]?.status).toBe('PARTIALLY_CAPTURED');
  expect((await send('/v2/checkout/orders', orderOf('11.00'), id)).body.details?.[0]?.issue).toBe(
    'DUPLICATE_REQUEST_ID',
  );
});

it('never takes more than was put aside, nor gives back more than was taken', async () => {
  const { authorization } = await authorised();
  const part = (await capture(authorization, '6.00')).body;
  expect((await capture(authorization, '4.01')).body.details?.[0]?.issue).toBe('MAX_CAPTURE_AMOUNT_EXCEEDED');
  const refund = (value: string) =>
    send(`/v2/payments/captures/${part.id}/refund`, { amount: { currency_code: 'EUR', value }, invoice_id: 'r' });
  expect((await refund('5.00')).status).toBe(201);
  expect((await refund('1.01')).body.details?.[0]?.issue).toBe('REFUND_AMOUNT_EXCEEDED');
  expect((await capture(authorization, '4.00')).status).toBe(201);
  expect((await capture(authorization, '0.01')).body.details?.[0]?.issue).toBe('AUTHORIZATION_ALREADY_CAPTURED');
});

it.each([
  ['tok_capture_pending', 'COMPLETED'],
  ['tok_capture_denied', 'DECLINED'],
])('a capture with %s is pending and ends as %s by itself', async (vaultId, end) => {
  const { order, authorization } = await authorised(vaultId);
  expect((await capture(authorization, '3.00')).body.status).toBe('PENDING');
  await eventually(async () => {
    const { body } = await send<Order>(`/v2/checkout/orders/${order}`);
    return body.purchase_units[0]?.payments.captures[0]?.status === end || undefined;
  });
});

it('signs its webhooks with a key that it serves', async () => {
  const heard: { headers: IncomingHttpHeaders; body: string }[] = [];
  const receiver = await receiving(heard);
  sandbox.webhookUrl = receiver.url;
  await authorised();
  const { headers, body } = await eventually(() => heard[0]);
  const header = (name: string) => String(headers[`paypal-${name}`]);
  const pem = await (await fetch(header('cert-url'))).text();
  const signed = `${header('transmission-id')}|${header('transmission-time')}|WH-1|${crc32(Buffer.from(body))}`;
  const signature = Buffer.from(header('transmission-sig'), 'base64');
  expect(verify('sha256', Buffer.from(signed), createPublicKey(pem), signature)).toBe(true);
  expect(JSON.parse(body)).toMatchObject({
    event_type: 'PAYMENT.AUTHORIZATION.CREATED',
    resource: { custom_id: 'ours' },
  });
  receiver.server.close();
});

it('knows after a restart what it did before', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'florin-paypal-'));
  await sandbox.stop();
  sandbox = await startPaypal({ ...account, dir });
  token = await tokenOf(sandbox);
  const { order, authorization } = await authorised();
  const id = randomUUID();
  const first = await capture(authorization, '2.50', id);
  await sandbox.stop();
  sandbox = await startPaypal({ ...account, dir });
  token = await tokenOf(sandbox);
  expect((await capture(authorization, '2.50', id)).body.id).toBe(first.body.id);
  const { body } = await send<Order>(`/v2/checkout/orders/${order}`);
  expect(body.purchase_units[0]?.payments.captures).toHaveLength(1);
});

async function receiving(
  heard: { headers: IncomingHttpHeaders; body: string }[],
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ headers: request.headers, body });
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
}
