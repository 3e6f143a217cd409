import { refundCompleted, refundFailed, refundIssue, type PaymentReserve, type RefundIssue } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { startService } from '@florin/testing';
import fc from 'fast-check';
import { AppModule } from '../src/app.module';
import { House, soon, type Member } from './house';

let house: House;
let ada: Member;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => {
  house.wire.mend();
  ada = await house.rich(10_000);
});

/** Asks for money of the order back, as orders does. */
function ask(paid: PaymentReserve, back: Partial<RefundIssue>, id?: string): RefundIssue {
  const { orderId, checkoutId, merchantId, memberId, currency } = paid;
  const order = { orderId, checkoutId, merchantId, memberId, currency };
  const command = { refundId: newId(), ...order, walletMinor: 0, cardMinor: 0, reason: 'Broken', ...back };
  house.say(refundIssue, command, { id });
  return command;
}

async function failed(refund: RefundIssue): Promise<string> {
  return (await house.said(refundFailed, { refundId: refund.refundId })).code;
}

async function rowOf({ refundId }: RefundIssue) {
  const [row] = await house.service.query<{ state: string; attempts: number }>(
    'SELECT state, attempts FROM payment_refunds WHERE id = $1',
    [refundId],
  );
  return row;
}

it('WAL-12: gives back in parts to each tender what it paid, and the books follow', async () => {
  const paid = await house.paid(ada, { walletMinor: 1_000, cardMinor: 500 });
  const payment = await house.payment(paid);
  const first = ask(paid, { walletMinor: 300, cardMinor: 200 });
  expect(await house.said(refundCompleted, { refundId: first.refundId })).toEqual({
    refundId: first.refundId,
    orderId: paid.orderId,
    checkoutId: paid.checkoutId,
    merchantId: house.merchantId,
    currency: 'EUR',
    tenders: [
      { tender: 'wallet', paymentId: paid.checkoutId, amountMinor: 300 },
      { tender: 'card', paymentId: payment.id, amountMinor: 200 },
    ],
  });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 9_300 });
  await house.said(refundCompleted, { refundId: ask(paid, { walletMinor: 700 }).refundId });
  await house.said(refundCompleted, { refundId: ask(paid, { cardMinor: 300 }).refundId });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 10_000 });
  expect(await house.payment(paid)).toMatchObject({ state: 'captured', captured_minor: 500, refunded_minor: 500 });
  expect(await house.wire.charges(payment.id)).toMatchObject([{ amount_received: 500, amount_refunded: 500 }]);
  const sums = await house.booked(`order:${paid.orderId}`);
  expect(sums.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
  const sold = sums.filter(({ account }) => account.includes(':sales:')).reduce((sum, { amount }) => sum + amount, 0);
  expect(sold).toBe(0);
});

it('WAL-23: a refund is kept with how it stands', async () => {
  const paid = await house.paid(ada, { walletMinor: 1_000, cardMinor: 500 });
  const refund = ask(paid, { cardMinor: 200, reason: 'Arrived damaged' });
  await house.said(refundCompleted, { refundId: refund.refundId });
  const [row] = await house.service.query('SELECT * FROM payment_refunds WHERE id = $1', [refund.refundId]);
  expect(row).toMatchObject({
    checkout_id: paid.checkoutId,
    member_id: ada.id,
    card_minor: 200,
    reason: 'Arrived damaged',
    state: 'completed',
    provider_reference: expect.stringMatching(/^re_/),
  });
});

it('CMP-WAL-4: never gives back more than a tender paid, one by one or all at once', async () => {
  const paid = await house.paid(ada, { walletMinor: 1_000, cardMinor: 500 });
  expect(await failed(ask(paid, { walletMinor: 1_001 }))).toBe('refund_exceeds_capture');
  expect(await failed(ask(paid, { cardMinor: 501 }))).toBe('refund_exceeds_capture');
  const crowd = Array.from({ length: 20 }, () => ask(paid, { walletMinor: 150, cardMinor: 75 }));
  const ends = await Promise.all(
    crowd.map(({ refundId }) =>
      Promise.any([house.said(refundCompleted, { refundId }), house.said(refundFailed, { refundId })]),
    ),
  );
  expect(ends.filter((end) => 'tenders' in end)).toHaveLength(6);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 9_900 });
  const payment = await house.payment(paid);
  expect(payment).toMatchObject({ refunded_minor: 450 });
  expect(await house.wire.charges(payment.id)).toMatchObject([{ amount_refunded: 450 }]);
  await expect(
    house.service.query('UPDATE payment_transactions SET refunded_minor = 501 WHERE id = $1', [payment.id]),
  ).rejects.toThrow('refunds_never_above_the_capture');
});

it('CMP-WAL-4: two workers that refund the same order at once share what was paid', async () => {
  const { database, broker } = house.service;
  const other = await startService(AppModule, { database, broker, env: { PROCESSOR_URL: house.wire.url } });
  try {
    const paid = await Promise.all([1, 2, 3].map(() => house.paid(ada, { walletMinor: 1_000 })));
    const crowd = paid.flatMap((order) => Array.from({ length: 30 }, () => ask(order, { walletMinor: 150 })));
    const states = await soonAll(crowd);
    expect(states.filter((state) => state === 'completed')).toHaveLength(18);
    expect(await house.wallet(ada)).toMatchObject({ posted_minor: 7_000 + 2_700 });
  } finally {
    await other.close();
  }
});

it('the same refund said again, also under another message id, is one refund', async () => {
  const paid = await house.paid(ada, { walletMinor: 1_000, cardMinor: 500 });
  const messageId = newId();
  const refund = ask(paid, { walletMinor: 400, cardMinor: 200 }, messageId);
  ask(paid, refund, messageId);
  ask(paid, refund);
  await house.said(refundCompleted, { refundId: refund.refundId });
  ask(paid, refund);
  await house.said(refundCompleted, { refundId: ask(paid, { walletMinor: 1 }).refundId });
  await house.heard();
  expect(await house.times(refundCompleted, refund.refundId)).toBe(1);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 9_401 });
  const payment = await house.payment(paid);
  expect(await house.wire.charges(payment.id)).toMatchObject([{ amount_refunded: 200 }]);
});

it.each([
  ['not_captured', async () => ask(await released(), { walletMinor: 10 })],
  [
    'refund_mismatch',
    async () => ask(await house.paid(ada, { walletMinor: 50 }), { walletMinor: 10, orderId: newId() }),
  ],
  [
    'refund_mismatch',
    async () => ask(await house.paid(ada, { walletMinor: 50 }), { walletMinor: 10, currency: 'USD' }),
  ],
  [
    'refund_mismatch',
    async () =>
      ask(await house.paid(ada, { walletMinor: 50 }), { walletMinor: 10, memberId: (await house.rich(1)).id }),
  ],
  [
    'refund_mismatch',
    async () => ask(await house.paid(ada, { walletMinor: 50 }), { walletMinor: 10, merchantId: newId() }),
  ],
  ['refund_empty', async () => ask(await house.paid(ada, { walletMinor: 50 }), {})],
])('fails with %s what cannot be given back', async (code, asking) => {
  const refund = await asking();
  expect(await failed(refund)).toBe(code);
  expect(await house.booked(`order:${refund.orderId}`)).toEqual(
    expect.not.arrayContaining([expect.objectContaining({ kind: 'refund' })]),
  );
  expect(await rowOf(refund)).toMatchObject({ state: 'failed' });
});

async function released(): Promise<PaymentReserve> {
  const checkout = house.reserve(ada, { walletMinor: 50 });
  await house.reached(checkout, 'reserved');
  house.release(checkout);
  await house.reached(checkout, 'released');
  return checkout;
}

it('a refund that comes before the capture waits for it', async () => {
  const checkout = house.reserve(ada, { walletMinor: 100 });
  await house.reached(checkout, 'reserved');
  const refund = ask(checkout, { walletMinor: 100 });
  await new Promise((passed) => setTimeout(passed, 300));
  house.confirm(checkout);
  await house.said(refundCompleted, { refundId: refund.refundId });
  expect(await house.times(refundFailed, refund.refundId)).toBe(0);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 10_000, held_minor: 0 });
});

describe('when the processor misbehaves', () => {
  const isRefund = ({ method, path }: { method: string; path: string }) => method === 'POST' && path === '/v1/refunds';

  // What the wallet knows here, it was answered or has asked for; refund-webhooks.spec has the processor tell.
  let webhookUrl: string | undefined;
  beforeAll(() => {
    ({ webhookUrl } = house.processor);
    house.processor.webhookUrl = undefined;
  });
  afterAll(() => (house.processor.webhookUrl = webhookUrl));

  it('a refund that it will not make fails as a whole, and what was set aside can be given back otherwise', async () => {
    const paid = await house.paid(ada, { walletMinor: 100, cardMinor: 500, cardToken: 'tok_refund_fail' });
    expect(await failed(ask(paid, { walletMinor: 100, cardMinor: 500 }))).toBe('lost_or_stolen_card');
    expect(await house.wallet(ada)).toMatchObject({ posted_minor: 9_900 });
    expect(await house.payment(paid)).toMatchObject({ refunded_minor: 0 });
    await house.said(refundCompleted, { refundId: ask(paid, { walletMinor: 100 }).refundId });
    expect(await house.wallet(ada)).toMatchObject({ posted_minor: 10_000 });
  });

  it('CMP-WAL-6: a refund whose answer is lost is unknown until a query finds it, and is given once', async () => {
    const paid = await house.paid(ada, { walletMinor: 100, cardMinor: 500 });
    house.wire.fate = (call) => (isRefund(call) ? 'answer lost' : call.method === 'GET' ? 503 : 'arrives');
    const refund = ask(paid, { walletMinor: 100, cardMinor: 200 });
    await soon(async () => expect(await rowOf(refund)).toMatchObject({ state: 'unknown' }));
    expect(await house.wallet(ada)).toMatchObject({ posted_minor: 9_900 });
    house.wire.mend();
    await house.said(refundCompleted, { refundId: refund.refundId });
    expect(await house.wallet(ada)).toMatchObject({ posted_minor: 10_000 });
    expect(house.wire.about(refund.refundId, 'refund')).toHaveLength(1);
    const payment = await house.payment(paid);
    expect(await house.wire.charges(payment.id)).toMatchObject([{ amount_refunded: 200 }]);
  });

  it.each(['question lost', 401, 429, 503] as const)('a refund that met "%s" is tried again', async (fate) => {
    const paid = await house.paid(ada, { cardMinor: 500 });
    let left = 1;
    house.wire.fate = (call) => (isRefund(call) && left-- > 0 ? fate : 'arrives');
    const refund = ask(paid, { cardMinor: 200 });
    await house.said(refundCompleted, { refundId: refund.refundId });
    expect(await house.times(refundFailed, refund.refundId)).toBe(0);
    const payment = await house.payment(paid);
    expect(await house.wire.charges(payment.id)).toMatchObject([{ amount_refunded: 200 }]);
  });
});

it('whatever refunds are asked for, each tender gives back what was granted and never above its part', async () => {
  const wish = fc.record({
    walletMinor: fc.integer({ min: 0, max: 700 }),
    cardMinor: fc.integer({ min: 1, max: 400 }),
  });
  const orders = fc.array(fc.array(wish, { minLength: 2, maxLength: 6 }), { minLength: 10, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(orders, async (wishes) => void (await Promise.all(wishes.map(expectFair)))),
    { numRuns: 2, endOnFailure: true },
  );
  expect(await house.faultsInBooks()).toEqual([]);
});

async function expectFair(wishes: { walletMinor: number; cardMinor: number }[]): Promise<void> {
  const member = await house.rich(1_000);
  const paid = await house.paid(member, { walletMinor: 1_000, cardMinor: 500 });
  const asked = wishes.map((wish) => ask(paid, wish));
  const states = await soonAll(asked);
  const granted = asked.filter((_, index) => states[index] === 'completed');
  const wallet = sum(granted.map((each) => each.walletMinor));
  const card = sum(granted.map((each) => each.cardMinor));
  const payment = await house.payment(paid);
  expect(await house.wallet(member)).toMatchObject({ posted_minor: wallet, held_minor: 0 });
  expect(payment.refunded_minor).toBe(card);
  expect(await house.wire.charges(payment.id)).toMatchObject([{ amount_refunded: card }]);
  expect([granted.length > 0, wallet <= 1_000, card <= 500]).toEqual([true, true, true]);
}

const sum = (amounts: number[]): number => amounts.reduce((total, amount) => total + amount, 0);

/** How each refund ended. */
async function soonAll(asked: RefundIssue[]): Promise<(string | undefined)[]> {
  const states = async () => Promise.all(asked.map(async (refund) => (await rowOf(refund))?.state));
  const isOver = (state: string | undefined) => state === 'completed' || state === 'failed';
  await soon(async () => expect((await states()).every(isOver)).toBe(true));
  return states();
}
