import { newId } from '@florin/kernel';
import { PaypalSigner } from '../../../tools/sandbox/paypal-signing';
import { House, soon } from './house';
import { Payments } from './payments-api';
import { signed } from './sandbox';

let house: House;
let payments: Payments;
beforeAll(async () => {
  house = await House.open({ lateWebhookMs: 700, paypal: { pendingMs: 500 } });
  payments = new Payments(house);
});
afterAll(() => house.close());
beforeEach(() => {
  house.wire.mend();
  house.paypal.wire.mend();
  house.processor.webhookUrl = `${house.service.url}/api/v1/payments/webhooks/stripe`;
  house.paypal.sandbox.webhookUrl = `${house.service.url}/api/v1/payments/webhooks/paypal`;
});

const paypal = 'paypal';

function post(processor: string, body: string, headers: Record<string, string>) {
  const path = `/api/v1/payments/webhooks/${processor}`;
  return house.service.http.post<{ outcome: string }>(path, body, { key: null, headers });
}

/** Says it as PayPal does. */
const tell = (body: string, at?: Date) => post(paypal, body, house.paypal.sandbox.signed(body, at));

const voidedEvent = (paymentId: string, id = `WH-${newId()}`) =>
  JSON.stringify({
    id,
    event_type: 'PAYMENT.AUTHORIZATION.VOIDED',
    resource_type: 'authorization',
    create_time: new Date().toISOString(),
    resource: {
      id: 'A1',
      status: 'VOIDED',
      custom_id: paymentId,
      payer: { email_address: 'ada@example.com' },
      supplementary_data: { related_ids: { order_id: 'O1' } },
    },
  });

const logOf = (paymentId: string) =>
  house.service.query<{ processor: string; type: string; outcome: string; deliveries: number; payload: object }>(
    'SELECT processor, type, outcome, deliveries, payload FROM payment_webhooks WHERE payment_id = $1 ORDER BY received_at',
    [paymentId],
  );

/** One whose answers never come back. */
async function unanswered(wanted: object = {}) {
  house.paypal.wire.fate = ({ path }) => (path.startsWith('/v1/oauth2') ? 'arrives' : 'answer lost');
  const { id } = (await payments.ask({ processor: paypal, ...wanted })).body;
  return { id };
}

it('WAL-11: a webhook of the second processor leads out of the unknown by its own scheme', async () => {
  const payment = await unanswered({ card_token: 'tok_late' });
  await payments.reached(payment, 'authorised');
  expect((await payments.steps(payment)).map(({ learned_from }) => learned_from)).toEqual(['silence', 'webhook']);
  expect(await logOf(payment.id)).toMatchObject([
    { processor: paypal, type: 'PAYMENT.AUTHORIZATION.CREATED', outcome: 'learned' },
  ]);
});

describe('WAL-11: a webhook that PayPal did not sign is refused, and nothing is learnt of it', () => {
  const forgeries: [string, (body: string) => Record<string, string>][] = [
    ['no signature', () => ({})],
    ['another body', () => house.paypal.sandbox.signed('{"id":"other"}')],
    ['a time long past', (body) => house.paypal.sandbox.signed(body, new Date(Date.now() - 400_000))],
    ['a time to come', (body) => house.paypal.sandbox.signed(body, new Date(Date.now() + 400_000))],
    [
      'a key of somebody else, at an address of theirs',
      (body) => new PaypalSigner().headers(body, 'WH-LOCAL', `${house.wire.url}/cert.pem`),
    ],
    [
      'a key of somebody else, that claims to be PayPal’s',
      (body) => {
        const { signer, url } = house.paypal.sandbox;
        return new PaypalSigner().headers(body, 'WH-LOCAL', `${url}/v1/notifications/certs/${signer.certificateId}`);
      },
    ],
    [
      'the webhook id of another receiver',
      (body) => {
        const { signer, url } = house.paypal.sandbox;
        return signer.headers(body, 'WH-OTHER', `${url}/v1/notifications/certs/${signer.certificateId}`);
      },
    ],
    [
      'a time that is not the one that was signed',
      (body) => ({ ...house.paypal.sandbox.signed(body), 'paypal-transmission-time': new Date().toISOString() }),
    ],
    ['the scheme of the other processor', (body) => signed(body, Date.now() / 1_000)],
  ];

  it.each(forgeries)('WAL-11: with %s', async (_, forge) => {
    const payment = await payments.made({ processor: paypal });
    const body = voidedEvent(payment.id);
    const before = await house.count(`payment_webhooks WHERE outcome = 'refused'`);
    const answer = await post(paypal, body, forge(body));
    expect([answer.status, answer.problem?.code]).toEqual([401, 'webhook_signature_invalid']);
    expect((await payments.of(payment)).state).toBe('authorised');
    expect((await logOf(payment.id)).map(({ type }) => type)).not.toContain('PAYMENT.AUTHORIZATION.VOIDED');
    // That it came is written down, without a word of it.
    expect(await house.count(`payment_webhooks WHERE outcome = 'refused'`)).toBe(before + 1);
    expect(
      await house.count(`payment_webhooks WHERE payload::text LIKE '%' || $1 || '%' AND outcome = 'refused'`, [
        payment.id,
      ]),
    ).toBe(0);
  });
});

it('a webhook of the first processor with the scheme of the second is refused as well', async () => {
  const body = JSON.stringify({
    id: 'evt_1',
    type: 'payment_intent.succeeded',
    data: { object: { id: 'pi_1', status: 'succeeded' } },
  });
  expect((await post('stripe', body, house.paypal.sandbox.signed(body))).status).toBe(401);
  expect((await post('nobody', body, {})).status).toBe(404);
});

it('WAL-24: an event is taken once however often it comes, each coming is counted, and nothing of a person is kept', async () => {
  const payment = await payments.made({ processor: paypal });
  await soon(async () => expect(await logOf(payment.id)).toHaveLength(1));
  const body = voidedEvent(payment.id);
  const answers = await Promise.all(Array.from({ length: 10 }, () => tell(body)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(answers.map((answer) => answer.body.outcome).sort()).toEqual([...Array<string>(9).fill('known'), 'learned']);
  expect(await payments.of(payment)).toMatchObject({ state: 'voided' });
  const logged = (await logOf(payment.id)).find(({ type }) => type.endsWith('VOIDED'));
  expect(logged).toMatchObject({ outcome: 'learned', deliveries: 10 });
  expect(JSON.stringify(logged?.payload)).not.toContain('ada@example.com');
});

it('WAL-11: what is said first and arrives last changes nothing', async () => {
  const payment = await payments.made({ processor: paypal, card_token: 'tok_disorder', capture_method: 'automatic' });
  await soon(async () => expect(await logOf(payment.id)).toHaveLength(2));
  expect((await logOf(payment.id)).map(({ type }) => type)).toEqual([
    'PAYMENT.CAPTURE.COMPLETED',
    'PAYMENT.AUTHORIZATION.CREATED',
  ]);
  expect(await payments.of(payment)).toMatchObject({ state: 'captured', captured_minor: 1_000 });
  expect(await payments.sold(payment)).toBe(1_000);
});

it('WAL-09: a capture that takes its time is pending until the processor tells its end', async () => {
  const payment = await payments.made({ processor: paypal, card_token: 'tok_capture_pending' });
  const capture = await payments.capture(payment, { amount_minor: 400 });
  expect(capture.body.state).toBe('captured');
  expect((await payments.steps(payment)).map(({ to_state }) => to_state)).toContain('pending');
  await payments.reached(payment, 'partially_captured');
  expect(await payments.sold(payment)).toBe(400);
  const denied = await payments.made({ processor: paypal, card_token: 'tok_capture_denied' });
  expect((await payments.capture(denied)).body.state).toBe('failed');
  expect(await payments.of(denied)).toMatchObject({ state: 'authorised', captured_minor: 0, capturing_minor: 0 });
  expect(await payments.sold(denied)).toBe(0);
});

it('WAL-12: a refund that takes its time is pending until the processor tells its end', async () => {
  const payment = await payments.made({
    processor: paypal,
    card_token: 'tok_refund_pending',
    capture_method: 'automatic',
  });
  const refund = await payments.refund(payment, 250);
  expect(refund.body.state).toBe('completed');
  const states = (await payments.steps(payment)).filter(({ refund_id }) => refund_id).map(({ to_state }) => to_state);
  expect(states).toEqual(['requested', 'pending', 'completed']);
  expect(await payments.sold(payment)).toBe(750);
});

describe.each(['stripe', 'paypal'])('with %s', (processor) => {
  const wire = () => (processor === paypal ? house.paypal.wire : house.wire);

  it('CMP-WAL-5: storefront and webhook that both tell of a capture book it once', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () => payments.made({ processor, card_token: 'tok_twice', amount_minor: 1_000 })),
    );
    const answers = await Promise.all(made.flatMap((each) => [payments.capture(each), payments.capture(each)]));
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(8);
    for (const payment of made) {
      expect(await payments.reached(payment, 'captured')).toMatchObject({ captured_minor: 1_000, capturing_minor: 0 });
      expect(await payments.sold(payment)).toBe(1_000);
      expect(await payments.captures(payment)).toHaveLength(1);
    }
  });

  it('CMP-WAL-5: a refund told by answer and by webhook is given back once', async () => {
    const payment = await payments.made({ processor, card_token: 'tok_twice', capture_method: 'automatic' });
    await Promise.all([1, 2, 3].map(() => payments.refund(payment, 300)));
    await soon(async () => expect(await payments.sold(payment)).toBe(100));
    expect(await payments.of(payment)).toMatchObject({ refunded_minor: 900 });
  });

  it('a refund whose answer is lost is told by webhook', async () => {
    const payment = await payments.made({ processor, capture_method: 'automatic' });
    const isRead = (method: string, path: string) => method === 'GET' && !path.includes('oauth');
    wire().fate = ({ key, method, path }) =>
      key?.startsWith('refund:') ? 'answer lost' : isRead(method, path) ? 503 : 'arrives';
    const refund = await payments.refund(payment, 400);
    expect(refund.body.state).toBe('completed');
    const steps = (await payments.steps(payment)).filter(({ refund_id }) => refund_id);
    expect(steps.at(-1)).toMatchObject({ to_state: 'completed', learned_from: 'webhook' });
    expect(await payments.sold(payment)).toBe(600);
  });

  it('what somebody takes at the processor itself is booked too', async () => {
    const payment = await payments.made({ processor });
    const standing = await payments.of(payment);
    if (processor === paypal) {
      const order = house.paypal.sandbox.ordersOf(payment.id)[0];
      const token = await tokenOf();
      const path = `/v2/payments/authorizations/${order?.authorization.id}/capture`;
      const body = { amount: { currency_code: 'EUR', value: '3.00' }, invoice_id: 'by-hand', final_capture: false };
      await fetch(`${house.paypal.sandbox.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'paypal-request-id': newId() },
        body: JSON.stringify(body),
      });
    } else {
      await fetch(`${house.processor.url}/v1/payment_intents/${standing.provider_reference}/capture`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_local', 'content-type': 'application/json' },
        body: JSON.stringify({ amount_to_capture: 300, final_capture: false }),
      });
    }
    await payments.reached(payment, 'partially_captured');
    expect(await payments.captures(payment)).toMatchObject([
      { amount_minor: 300, state: 'captured', requested_by: null },
    ]);
    expect(await payments.sold(payment)).toBe(300);
    expect((await payments.capture(payment, { amount_minor: 701 })).problem?.code).toBe(
      'capture_exceeds_authorisation',
    );
    expect((await payments.capture(payment, { amount_minor: 700 })).body.state).toBe('captured');
    expect(await payments.sold(payment)).toBe(1_000);
  });
});

async function tokenOf(): Promise<string> {
  const basic = Buffer.from('client_local:secret_local').toString('base64');
  const answer = await fetch(`${house.paypal.sandbox.url}/v1/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

it('WAL-10: a token that ended is fetched anew, once for all who wait for it, and nothing is asked twice', async () => {
  const before = house.paypal.wire.calls.length;
  house.paypal.sandbox.endTokens();
  const made = await Promise.all(Array.from({ length: 6 }, () => payments.made({ processor: paypal })));
  const calls = house.paypal.wire.calls.slice(before);
  expect(calls.filter(({ path }) => path === '/v1/oauth2/token').length).toBeLessThanOrEqual(2);
  for (const { id } of made) expect(house.paypal.sandbox.ordersOf(id)).toHaveLength(1);
});
