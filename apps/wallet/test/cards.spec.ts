import { paymentCaptured, paymentRefused, paymentReleased } from '@florin/contracts';
import type { PaymentDetailDto } from '../src/payments/payment.dto';
import { House, soon, type Member } from './house';
import type { Call, Fate } from './wire';

let house: House;
let ada: Member;
// The processor tells nothing of itself here: what the wallet knows, it was answered or has asked for.
beforeAll(async () => {
  house = await House.open({ slowAnswerMs: 5_000, env: { PROCESSOR_TIMEOUT_MS: '1500' } });
  house.processor.webhookUrl = undefined;
});
afterAll(() => house.close());
beforeEach(async () => {
  house.wire.mend();
  ada = await house.rich(1_000);
});

const isAuthorise = ({ method, path }: Call) => method === 'POST' && path === '/v1/payment_intents';
const isCapture = ({ path }: Call) => path.endsWith('/capture');
const isQuery = ({ method }: Call) => method === 'GET';

/** This happens to the first such call, and the others arrive. */
function onFirst(which: (call: Call) => boolean, fate: Fate): void {
  let left = 1;
  house.wire.fate = (call) => (which(call) && left-- > 0 ? fate : 'arrives');
}

const pathOf = ({ steps }: PaymentDetailDto) => steps.map((step) => `${step.to_state} by ${step.learned_from}`);

it('a declined card frees the wallet money that was held with it', async () => {
  const checkout = house.reserve(ada, { walletMinor: 600, cardMinor: 400, cardToken: 'tok_declined' });
  expect(await house.said(paymentRefused, { checkoutId: checkout.checkoutId })).toMatchObject({
    orderId: checkout.orderId,
    code: 'card_declined',
    reason: 'The card was declined.',
  });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 1_000, held_minor: 0 });
  expect(await house.payment(checkout)).toMatchObject({ state: 'declined', decline_code: 'card_declined' });
});

it('a card that cannot be charged after all takes nothing from the wallet either', async () => {
  const checkout = house.reserve(ada, { walletMinor: 600, cardMinor: 400, cardToken: 'tok_capture_fail' });
  await house.reached(checkout, 'reserved');
  house.confirm(checkout);
  expect(await house.said(paymentRefused, { checkoutId: checkout.checkoutId })).toMatchObject({
    code: 'capture_failed',
  });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 1_000, held_minor: 0 });
  expect(await house.booked(`order:${checkout.orderId}`)).toEqual([]);
  expect(await house.times(paymentCaptured, checkout.checkoutId)).toBe(0);
});

it('WAL-13: every step of a payment is kept, with where it was learnt', async () => {
  const checkout = await house.paid(ada, { cardMinor: 400 });
  const payment = await house.payment(checkout);
  expect(payment.steps).toMatchObject([
    { from_state: 'requested', to_state: 'authorised', learned_from: 'answer' },
    { from_state: 'authorised', to_state: 'captured', learned_from: 'answer' },
  ]);
});

it('CMP-WAL-6: an authorisation whose answer is lost is asked about, not asked for again', async () => {
  onFirst(isAuthorise, 'answer lost');
  const checkout = house.reserve(ada, { cardMinor: 400 });
  await soon(async () => expect((await house.payment(checkout)).state).toBe('unknown'));
  expect(await house.stateOf(checkout.checkoutId)).toBe('reserving');
  await house.reached(checkout, 'reserved');
  const payment = await house.payment(checkout);
  expect(pathOf(payment)).toEqual(['unknown by silence', 'authorised by query']);
  expect(house.wire.about(payment.id, 'authorise')).toHaveLength(1);
  expect(await house.wire.charges(payment.id)).toMatchObject([{ status: 'requires_capture' }]);
});

it('CMP-WAL-6: an authorisation that never arrived is asked for again under its key', async () => {
  onFirst(isAuthorise, 'question lost');
  const checkout = house.reserve(ada, { cardMinor: 400 });
  await house.reached(checkout, 'reserved');
  const payment = await house.payment(checkout);
  expect(pathOf(payment)).toEqual(['unknown by silence', 'requested by query', 'authorised by answer']);
  const asked = house.wire.about(payment.id);
  expect(asked.map(({ key }) => key)).toEqual([`authorise:${payment.id}`, `authorise:${payment.id}`]);
  expect(await house.wire.charges(payment.id)).toHaveLength(1);
});

it('a processor that answers after we gave up has charged once, and a query finds it', async () => {
  const checkout = house.reserve(ada, { walletMinor: 100, cardMinor: 400, cardToken: 'tok_timeout' });
  await soon(async () => expect((await house.payment(checkout)).state).toBe('unknown'));
  expect(await house.wallet(ada)).toMatchObject({ held_minor: 100 });
  await house.reached(checkout, 'reserved');
  house.confirm(checkout);
  await house.reached(checkout, 'captured');
  const payment = await house.payment(checkout);
  expect(pathOf(payment)).toEqual(['unknown by silence', 'authorised by query', 'captured by answer']);
  expect(await house.wire.charges(payment.id)).toMatchObject([{ status: 'succeeded', amount_received: 400 }]);
});

it('a capture whose answer is lost is booked once, when a query tells of it', async () => {
  onFirst(isCapture, 'answer lost');
  const checkout = await house.paid(ada, { walletMinor: 100, cardMinor: 400 });
  const payment = await house.payment(checkout);
  expect(pathOf(payment)).toEqual(['authorised by answer', 'unknown by silence', 'captured by query']);
  expect(house.wire.about(payment.id, 'capture')).toHaveLength(1);
  expect(await house.times(paymentCaptured, checkout.checkoutId)).toBe(1);
  expect(await house.booked(`order:${checkout.orderId}`)).toHaveLength(4);
});

it('a capture that never arrived is asked for again, and takes the money once', async () => {
  onFirst(isCapture, 'question lost');
  const checkout = await house.paid(ada, { cardMinor: 400 });
  const payment = await house.payment(checkout);
  expect(pathOf(payment)).toEqual([
    'authorised by answer',
    'unknown by silence',
    'authorised by query',
    'captured by answer',
  ]);
  expect(await house.wire.charges(payment.id)).toMatchObject([{ status: 'succeeded', amount_received: 400 }]);
});

it.each([500, 503, 429, 401])('an answer of %i says nothing about the charge', async (status) => {
  onFirst(isAuthorise, status);
  const checkout = house.reserve(ada, { walletMinor: 100, cardMinor: 400 });
  await house.reached(checkout, 'reserved');
  expect(pathOf(await house.payment(checkout))[0]).toBe('unknown by silence');
  expect(await house.times(paymentRefused, checkout.checkoutId)).toBe(0);
});

it('while nobody knows, the payment stays unknown and the money held, however often it is asked', async () => {
  house.wire.fate = (call) => (isAuthorise(call) ? 'answer lost' : isQuery(call) ? 503 : 'arrives');
  const checkout = house.reserve(ada, { walletMinor: 100, cardMinor: 400 });
  await soon(async () => expect((await house.payment(checkout)).attempts).toBeGreaterThanOrEqual(3));
  expect(await house.payment(checkout)).toMatchObject({ state: 'unknown' });
  expect(await house.wallet(ada)).toMatchObject({ held_minor: 100 });
  expect(await house.stateOf(checkout.checkoutId)).toBe('reserving');
  house.wire.mend();
  await house.reached(checkout, 'reserved');
});

it('a checkout that is released while nobody knows about its card gives the card its money back in the end', async () => {
  onFirst(isAuthorise, 'answer lost');
  const checkout = house.reserve(ada, { walletMinor: 100, cardMinor: 400 });
  await soon(async () => expect((await house.payment(checkout)).state).toBe('unknown'));
  house.release(checkout);
  await house.said(paymentReleased, { checkoutId: checkout.checkoutId });
  const payment = await house.payment(checkout);
  expect(pathOf(payment)).toEqual(['unknown by silence', 'authorised by query', 'voided by answer']);
  expect(await house.wire.charges(payment.id)).toMatchObject([{ status: 'canceled' }]);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 1_000, held_minor: 0 });
});

it('a release that comes while the card is being charged is too late, even if the charge must be asked for again', async () => {
  const checkout = house.reserve(ada, { walletMinor: 100, cardMinor: 400 });
  await house.reached(checkout, 'reserved');
  let lose = () => {};
  const isUnderWay = new Promise<Fate>((lost) => (lose = () => lost('question lost')));
  let left = 1;
  house.wire.fate = (call) => (isCapture(call) && left-- > 0 ? isUnderWay : 'arrives');
  house.confirm(checkout);
  await soon(() => expect(left).toBe(0));
  house.release(checkout);
  await house.heard();
  lose();
  await house.reached(checkout, 'captured');
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 900, held_minor: 0 });
  expect(await house.times(paymentReleased, checkout.checkoutId)).toBe(0);
});

it('a call whose worker died is made again under its key once the lease is over, and charges once', async () => {
  let calls = 0;
  house.wire.fate = (call) => (isAuthorise(call) && (calls += 1) === 1 ? new Promise<Fate>(() => {}) : 'arrives');
  const checkout = house.reserve(ada, { cardMinor: 400 });
  await soon(() => expect(calls).toBe(1));
  const [payment] = await house.service.query<{ id: string }>(
    `UPDATE payment_transactions SET lease_until = now() - interval '1 second' WHERE order_id = $1 RETURNING id`,
    [checkout.orderId],
  );
  await house.reached(checkout, 'reserved');
  const id = payment?.id ?? '';
  expect(house.wire.about(id).map(({ key }) => key)).toEqual([`authorise:${id}`, `authorise:${id}`]);
  expect(await house.wire.charges(id)).toHaveLength(1);
});

it('a payment is locked by nobody while the processor is asked about it', async () => {
  const unlocked: number[] = [];
  house.wire.fate = async ({ key }): Promise<Fate> => {
    const id = key?.split(':')[1];
    const sql = 'SELECT id FROM payment_transactions WHERE id = $1 FOR UPDATE SKIP LOCKED';
    unlocked.push((await house.service.query(sql, [id])).length);
    return 'arrives';
  };
  await house.paid(ada, { cardMinor: 400 });
  expect(unlocked).toEqual([1, 1]);
});
