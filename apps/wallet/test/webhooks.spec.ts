import { paymentCaptured, type PaymentReserve } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { PaymentDetailDto } from '../src/payments/payment.dto';
import { House, soon, type Member } from './house';
import { signed } from './sandbox';
import type { Fate } from './wire';

let house: House;
let ada: Member;
beforeAll(async () => {
  house = await House.open({ lateWebhookMs: 1_000 });
});
afterAll(() => house.close());
beforeEach(async () => {
  house.wire.mend();
  house.processor.webhookUrl = `${house.service.url}/api/v1/payments/webhooks/sandbox`;
  ada = await house.rich(1_000);
});

const types = {
  requires_capture: 'payment_intent.amount_capturable_updated',
  succeeded: 'payment_intent.succeeded',
  canceled: 'payment_intent.canceled',
  requires_payment_method: 'payment_intent.payment_failed',
};

function eventAbout(paymentId: string, status: keyof typeof types, id = `evt_${newId()}`): string {
  const object = { id: `pi_${paymentId}`, status, metadata: { ref: paymentId } };
  return JSON.stringify({ id, object: 'event', type: types[status], data: { object } });
}

interface Forgery {
  at?: number;
  by?: string;
  signs?: string;
}

/** Says it as the processor does: the bytes signed with the secret, no token. */
function tell(body: string, { at = Date.now() / 1_000, by, signs = body }: Forgery = {}) {
  const headers = signed(signs, at, by);
  return house.service.http.post<{ outcome: string }>('/api/v1/payments/webhooks/sandbox', body, {
    key: null,
    headers,
  });
}

/** A checkout whose card the processor was asked for, and whose answers never come back. */
async function unanswered(asked: Partial<PaymentReserve> = {}) {
  house.processor.webhookUrl = undefined;
  house.wire.fate = ({ method }) => (method === 'GET' ? 503 : 'answer lost');
  const checkout = house.reserve(ada, { walletMinor: 100, cardMinor: 400, ...asked });
  await soon(async () => expect((await house.payment(checkout)).state).toBe('unknown'));
  return { checkout, payment: await house.payment(checkout) };
}

const learned = ({ steps }: PaymentDetailDto) => steps.map((step) => `${step.to_state} by ${step.learned_from}`);

it('WAL-11: a webhook leads out of the unknown, and the checkout goes on', async () => {
  const { checkout, payment } = await unanswered();
  expect((await tell(eventAbout(payment.id, 'requires_capture'))).body).toEqual({ outcome: 'learned' });
  await house.reached(checkout, 'reserved');
  expect(learned(await house.payment(checkout))).toEqual(['unknown by silence', 'authorised by webhook']);
});

it('what the sandbox says of itself is believed: its own signature, over the wire', async () => {
  house.wire.fate = ({ method }) => (method === 'GET' ? 503 : 'answer lost');
  const checkout = house.reserve(ada, { cardMinor: 400, cardToken: 'tok_late' });
  await house.reached(checkout, 'reserved');
  // The silence may be noticed before the webhook; afterwards it means nothing.
  expect(learned(await house.payment(checkout)).at(-1)).toBe('authorised by webhook');
});

it.each([
  ['another secret', { by: 'whsec_other' }],
  ['another body', { signs: '{"id":"evt_other"}' }],
  ['a time long past', { at: Date.now() / 1_000 - 400 }],
  ['a time to come', { at: Date.now() / 1_000 + 400 }],
])('WAL-11: a webhook signed with %s is refused, and nothing is kept or learnt of it', async (_, forged) => {
  const { checkout, payment } = await unanswered();
  const body = eventAbout(payment.id, 'succeeded');
  const answer = await tell(body, forged);
  expect([answer.status, answer.problem?.code]).toEqual([401, 'webhook_signature_invalid']);
  expect(await house.count('payment_webhooks WHERE payment_id = $1', [payment.id])).toBe(0);
  expect((await house.payment(checkout)).state).toBe('unknown');
});

it('WAL-24: an event is taken once and written down, however often it is replayed', async () => {
  const { checkout, payment } = await unanswered();
  const body = eventAbout(payment.id, 'requires_capture');
  const answers = await Promise.all(Array.from({ length: 5 }, () => tell(body)));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
  expect(answers.map((answer) => answer.body.outcome).sort()).toEqual(['known', 'known', 'known', 'known', 'learned']);
  expect((await house.payment(checkout)).steps).toHaveLength(2);
  const kept = await house.service.query(
    'SELECT event_id, type, outcome, payload FROM payment_webhooks WHERE payment_id = $1',
    [payment.id],
  );
  expect(kept).toEqual([
    {
      event_id: (JSON.parse(body) as { id: string }).id,
      type: types.requires_capture,
      outcome: 'learned',
      payload: JSON.parse(body) as unknown,
    },
  ]);
});

it('CMP-WAL-5: a capture told by answer and by webhook, twice each, is booked and said once', async () => {
  const checkout = house.reserve(ada, { walletMinor: 100, cardMinor: 400, cardToken: 'tok_twice' });
  await house.reached(checkout, 'reserved');
  const payment = await house.payment(checkout);
  // The webhook is faster than the answer.
  house.wire.fate = async ({ path }): Promise<Fate> => {
    if (path.endsWith('/capture')) await tell(eventAbout(payment.id, 'succeeded'));
    return 'arrives';
  };
  house.confirm(checkout);
  await house.reached(checkout, 'captured');
  await soon(async () => expect(await house.count('payment_webhooks WHERE payment_id = $1', [payment.id])).toBe(3));
  expect(learned(await house.payment(checkout))).toEqual([
    expect.stringContaining('authorised by'),
    'captured by webhook',
  ]);
  expect(await house.times(paymentCaptured, checkout.checkoutId)).toBe(1);
  expect(await house.booked(`order:${checkout.orderId}`)).toHaveLength(4);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 900, held_minor: 0 });
});

it('the end that came first stays, whatever is told after it', async () => {
  const { checkout, payment } = await unanswered();
  await tell(eventAbout(payment.id, 'succeeded'));
  await house.reached(checkout, 'captured');
  for (const late of ['requires_capture', 'canceled', 'requires_payment_method', 'succeeded'] as const)
    expect((await tell(eventAbout(payment.id, late))).status).toBe(200);
  expect(await house.payment(checkout)).toMatchObject({ state: 'captured', captured_minor: 400 });
  expect(await house.stateOf(checkout.checkoutId)).toBe('captured');
  expect(await house.times(paymentCaptured, checkout.checkoutId)).toBe(1);
});

it('a card that was declined, told by webhook, frees the wallet money', async () => {
  const { checkout, payment } = await unanswered();
  await tell(eventAbout(payment.id, 'requires_payment_method'));
  await house.reached(checkout, 'refused');
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 1_000, held_minor: 0 });
});

it('webhooks that come in the wrong order lead to the same end', async () => {
  house.processor.webhookUrl = undefined;
  const checkout = await house.paid(ada, { cardMinor: 400 });
  const payment = await house.payment(checkout);
  await tell(eventAbout(payment.id, 'succeeded'));
  await tell(eventAbout(payment.id, 'requires_capture'));
  expect(await house.payment(checkout)).toMatchObject({ state: 'captured', captured_minor: 400 });
  expect((await house.payment(checkout)).steps).toEqual(payment.steps);
});

it('an event about something else is written down and changes nothing', async () => {
  const before = await house.count('payment_steps');
  const other = { id: `evt_${newId()}`, type: 'charge.dispute.created', data: { object: { id: 'dp_1', status: 'x' } } };
  expect((await tell(JSON.stringify(other))).body).toEqual({ outcome: 'ignored' });
  expect((await tell(eventAbout(newId(), 'succeeded'))).status).toBe(200);
  expect(await house.count('payment_steps')).toBe(before);
  expect(await house.count('payment_webhooks WHERE event_id = $1', [other.id])).toBe(1);
});
