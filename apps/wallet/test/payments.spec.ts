import { paymentChanged } from '@florin/contracts';
import { Transactions } from '@florin/database';
import { type Clock, newId } from '@florin/kernel';
import { ExpirePayments } from '../src/payments/expire-payments';
import { SettlePayments } from '../src/payments/settle-payments';
import { House, type Page, soon } from './house';
import { Payments } from './payments-api';
import type { Fate } from './wire';

let now = Date.now();
const clock: Clock = { now: () => new Date(now) };

// Everything that is promised of a payment holds with each processor, whatever its wire looks like.
describe.each(['stripe', 'paypal'])('with %s', (processor) => {
  let house: House;
  let payments: Payments;
  beforeAll(async () => {
    house = await House.open({ clock, slowAnswerMs: 3_000, env: { PROCESSOR_TIMEOUT_MS: '1000' }, paypal: {} });
    payments = new Payments(house);
  });
  afterAll(() => house.close());
  beforeEach(() => {
    now = Date.now();
    wire().mend();
  });

  const wire = () => (processor === 'paypal' ? house.paypal.wire : house.wire);
  const made = (wanted = {}) => payments.made({ processor, ...wanted });

  it('WAL-09, GAP-WAL-02: puts money aside, takes it in parts, and what is left of it goes back with the last', async () => {
    const payment = await made({ amount_minor: 1_000, description: 'Two parcels' });
    expect(payment).toMatchObject({ state: 'authorised', captured_minor: 0, processor, purpose: 'direct' });
    expect((await payments.capture(payment, { amount_minor: 300 })).body).toMatchObject({
      state: 'captured',
      amount_minor: 300,
      final: false,
    });
    expect(await payments.of(payment)).toMatchObject({ state: 'partially_captured', captured_minor: 300 });
    const last = await payments.capture(payment, { amount_minor: 450, final: true });
    expect([last.status, last.body.state]).toEqual([201, 'captured']);
    expect(await payments.of(payment)).toMatchObject({ state: 'captured', captured_minor: 750, capturing_minor: 0 });
    expect(await payments.atProcessor(payment)).toEqual({ orders: 1, taken: 750, back: 0 });
    expect(await payments.sold(payment)).toBe(750);
    const late = await payments.capture(payment, { amount_minor: 1 });
    expect([late.status, late.problem?.code]).toEqual([409, 'payment_not_capturable']);
  });

  it('takes everything at once when it is asked to', async () => {
    const payment = await made({ capture_method: 'automatic', amount_minor: 700 });
    expect(payment).toMatchObject({ state: 'captured', captured_minor: 700 });
    expect(await payments.captures(payment)).toMatchObject([{ amount_minor: 700, state: 'captured', final: true }]);
    expect(await payments.sold(payment)).toBe(700);
    await house.said(paymentChanged, { paymentId: payment.id, state: 'captured', capturedMinor: 700 });
  });

  it('GAP-WAL-02: gives what was put aside back to the card, and it can no longer be taken', async () => {
    const payment = await made();
    const voided = await payments.void(payment, { reason: 'Sold out' });
    expect([voided.status, voided.body.state]).toEqual([201, 'voided']);
    expect((await payments.capture(payment)).problem?.code).toBe('payment_not_capturable');
    expect((await payments.void(payment)).problem?.code).toBe('payment_not_voidable');
    expect(await payments.atProcessor(payment)).toMatchObject({ taken: 0 });
    expect(await payments.sold(payment)).toBe(0);
  });

  it('what is voided after a part was taken keeps the part and frees the rest', async () => {
    const payment = await made({ amount_minor: 1_000 });
    await payments.capture(payment, { amount_minor: 200 });
    expect((await payments.void(payment)).body).toMatchObject({ state: 'captured', captured_minor: 200 });
    expect(await payments.sold(payment)).toBe(200);
  });

  it('CMP-WAL-2: what the processor declined or refused can never be taken', async () => {
    const declined = await payments.made({ processor, card_token: 'tok_declined' });
    expect(declined).toMatchObject({ state: 'declined', decline_code: expect.stringMatching(/declined/) as string });
    const failed = await payments.made({ processor, card_token: 'nobody.knows.this:one' });
    expect(failed.state).toBe('failed');
    for (const payment of [declined, failed]) {
      expect((await payments.capture(payment)).problem?.code).toBe('payment_not_capturable');
      expect(await payments.sold(payment)).toBe(0);
    }
  });

  it('CMP-WAL-9: what is not taken in time goes back to the card, and is listed', async () => {
    const payment = await made({ expires_at: new Date(now + 60_000).toISOString() });
    const kept = await made();
    now += 61_000;
    await house.service.app.get(ExpirePayments).run();
    await payments.reached(payment, 'expired');
    expect((await payments.capture(payment)).problem?.code).toBe('payment_not_capturable');
    expect(await payments.of(kept)).toMatchObject({ state: 'authorised' });
    const query = { state: 'expired', processor };
    const listed = await payments.staff.get<Page<{ id: string }>>('/api/v1/payments', { query });
    expect(listed.body.data.map(({ id }) => id)).toEqual([payment.id]);
    expect(await payments.steps(payment)).toMatchObject([
      { to_state: 'authorised' },
      { actor: 'expire-payments', learned_from: 'job' },
      { to_state: 'expired', actor: processor },
    ]);
  });

  it('CMP-WAL-4: of 50 captures at once, only as many win as the authorisation holds', async () => {
    const payment = await made({ amount_minor: 1_000 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => payments.capture(payment, { amount_minor: 300 })),
    );
    const won = answers.filter(({ status }) => status < 300);
    expect(won).toHaveLength(3);
    for (const { status, problem } of answers.filter((each) => each.status >= 300))
      expect([status, problem?.code]).toEqual([422, 'capture_exceeds_authorisation']);
    await soon(async () =>
      expect(await payments.of(payment)).toMatchObject({ captured_minor: 900, capturing_minor: 0 }),
    );
    expect(await payments.atProcessor(payment)).toEqual({ orders: 1, taken: 900, back: 0 });
    expect(await payments.sold(payment)).toBe(900);
  });

  it('GAP-WAL-04: 50 calls with one key are one payment, one capture and one refund; another body is refused', async () => {
    const key = newId();
    const body = { member_id: newId(), amount_minor: 800, processor };
    const settledOnce = async <Answer extends { status: number; body: { id: string } }>(
      call: () => Promise<Answer>,
    ) => {
      const answers = await Promise.all(Array.from({ length: 50 }, call));
      const taken = answers.filter(({ status }) => status < 300);
      expect(taken.length).toBeGreaterThan(0);
      expect(answers.every(({ status }) => status < 300 || status === 409)).toBe(true);
      expect(new Set(taken.map((answer) => answer.body.id)).size).toBe(1);
      return taken[0]?.body as Answer['body'];
    };
    const payment = await settledOnce(() => payments.ask(body, key));
    expect((await payments.ask({ ...body, amount_minor: 801 }, key)).status).toBe(422);
    await payments.reached(payment, 'authorised');
    const captureKey = newId();
    await settledOnce(() => payments.capture(payment, { amount_minor: 500 }, captureKey));
    expect((await payments.capture(payment, { amount_minor: 200 }, captureKey)).status).toBe(422);
    await payments.reached(payment, 'partially_captured');
    const refundKey = newId();
    await settledOnce(() => payments.refund(payment, 400, {}, refundKey));
    expect((await payments.refund(payment, 100, {}, refundKey)).status).toBe(422);
    await soon(async () => expect(await payments.atProcessor(payment)).toEqual({ orders: 1, taken: 500, back: 400 }));
    expect(await payments.of(payment)).toMatchObject({ captured_minor: 500, refunded_minor: 400 });
    await soon(async () => expect(await payments.sold(payment)).toBe(100));
  });

  describe('when the wire fails', () => {
    const isAuthorise = (key: string | undefined) => key?.startsWith('authorise:');
    const isCapture = (key: string | undefined) => key?.startsWith('capture:');
    const isRefund = (key: string | undefined) => key?.startsWith('refund:');

    // What the wallet knows here, it was answered or has asked for.
    beforeAll(() => {
      house.processor.webhookUrl = undefined;
      house.paypal.sandbox.webhookUrl = undefined;
    });
    afterAll(() => {
      house.processor.webhookUrl = `${house.service.url}/api/v1/payments/webhooks/stripe`;
      house.paypal.sandbox.webhookUrl = `${house.service.url}/api/v1/payments/webhooks/paypal`;
    });

    function onFirst(which: (key: string | undefined) => boolean | undefined, fate: Fate): void {
      let left = 1;
      wire().fate = ({ key }) => (which(key) && left-- > 0 ? fate : 'arrives');
    }

    it.each(['question lost', 'answer lost', 'answered twice', 503] as const)(
      'each step that meets "%s" has one effect',
      async (fate) => {
        onFirst(isAuthorise, fate);
        const payment = (await payments.ask({ processor })).body;
        await payments.reached(payment, 'authorised');
        onFirst(isCapture, fate);
        await payments.capture(payment, { amount_minor: 600 });
        await payments.reached(payment, 'partially_captured');
        onFirst(isRefund, fate);
        const refund = (await payments.refund(payment, 250)).body;
        await soon(async () => expect(await payments.sold(payment)).toBe(350));
        expect(refund.amount_minor).toBe(250);
        expect(await payments.atProcessor(payment)).toEqual({ orders: 1, taken: 600, back: 250 });
        expect(await payments.of(payment)).toMatchObject({
          captured_minor: 600,
          refunded_minor: 250,
          capturing_minor: 0,
        });
      },
    );

    it('CMP-WAL-6: a processor that answers after we gave up has put the money aside once', async () => {
      const payment = (await payments.ask({ processor, card_token: 'tok_timeout' })).body;
      await payments.reached(payment, 'authorised');
      expect((await payments.steps(payment)).map(({ to_state }) => to_state)).toContain('unknown');
      expect(await payments.atProcessor(payment)).toMatchObject({ orders: 1 });
    });

    it('a capture that the bank refuses leaves the rest to be taken', async () => {
      const payment = await made({ card_token: 'tok_capture_fail' });
      const refused = await payments.capture(payment, { amount_minor: 400 });
      expect(refused.body).toMatchObject({ state: 'failed', failure_code: expect.any(String) as string });
      expect(await payments.of(payment)).toMatchObject({ state: 'authorised', capturing_minor: 0 });
      expect(await payments.sold(payment)).toBe(0);
    });
  });

  it('WAL-13: the audit trail says who, when, why, before and after, refunds included', async () => {
    const payment = await made({ amount_minor: 900 });
    await payments.capture(payment, { amount_minor: 400, reason: 'First parcel' });
    await payments.refund(payment, 150, { reason: 'Scratched' });
    const steps = await payments.steps(payment);
    expect(steps).toMatchObject([
      { from_state: 'requested', to_state: 'authorised', actor: processor, amount_before_minor: 0 },
      {
        learned_from: 'request',
        detail: 'capture of 400',
        reason: 'First parcel',
        actor: payments.staffId,
      },
      { to_state: 'partially_captured', actor: processor, amount_before_minor: 0, amount_after_minor: 400 },
      { learned_from: 'request', detail: 'Scratched', refund_id: expect.any(String) as string },
      { from_state: 'requested', to_state: 'completed', actor: processor, amount_after_minor: 150 },
    ]);
    const times = steps.map(({ happened_at }) => new Date(happened_at).getTime());
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });

  it('WAL-09: a statement settles what was taken, once, in parts if it says so', async () => {
    const payment = await made({ capture_method: 'automatic', amount_minor: 1_000 });
    const line = (reference: string, amountMinor: number, more = {}) => ({
      merchantId: house.merchantId,
      reference: `${payment.id}:${reference}`,
      paymentId: payment.id,
      amountMinor,
      feeMinor: 10,
      currency: 'EUR',
      at: new Date(),
      ...more,
    });
    const settle = (lines: ReturnType<typeof line>[]) =>
      house.service.app.get(Transactions).run((tx) => house.service.app.get(SettlePayments).within(tx, lines));
    expect(await settle([line('1', 600)])).toEqual([{ outcome: 'partly', paymentId: payment.id }]);
    expect(await payments.of(payment)).toMatchObject({ state: 'captured', settled_minor: 600, fee_minor: 10 });
    const capture = (await payments.captures(payment))[0];
    const byReference = { paymentId: undefined, providerReference: capture?.provider_reference ?? '' };
    expect(
      await settle([
        line('1', 600),
        line('2', 401),
        line('3', 400, { currency: 'USD' }),
        line('4', 400, byReference),
        line('4', 400),
        line('5', 1, { paymentId: newId() }),
        line('6', 1, { merchantId: newId() }),
      ]),
    ).toMatchObject([
      { outcome: 'known' },
      { outcome: 'mismatch', detail: '1000 was taken, 600 is settled already' },
      { outcome: 'mismatch', detail: 'the payment is in EUR' },
      { outcome: 'settled' },
      { outcome: 'known' },
      { outcome: 'unknown_payment' },
      { outcome: 'unknown_payment' },
    ]);
    expect(await payments.of(payment)).toMatchObject({ state: 'settled', settled_minor: 1_000, fee_minor: 20 });
    expect((await payments.steps(payment)).at(-1)).toMatchObject({ to_state: 'settled', learned_from: 'settlement' });
    expect((await payments.refund(payment, 200)).body.state).toBe('completed');
    expect(await payments.of(payment)).toMatchObject({ state: 'settled', refunded_minor: 200 });
  });
});
