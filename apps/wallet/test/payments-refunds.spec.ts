import type { RefundDto } from '../src/refunds/refund.dto';
import { House, type Page, soon } from './house';
import { Payments } from './payments-api';

describe.each(['stripe', 'paypal'])('with %s', (processor) => {
  let house: House;
  let payments: Payments;
  beforeAll(async () => {
    house = await House.open({ paypal: {} });
    payments = new Payments(house);
  });
  afterAll(() => house.close());

  const wire = () => (processor === 'paypal' ? house.paypal.wire : house.wire);
  const made = (wanted = {}) => payments.made({ processor, ...wanted });

  it('WAL-12: gives back in parts, never above the capture, and says how each refund stands', async () => {
    const payment = await made({ capture_method: 'automatic', amount_minor: 1_000 });
    const first = await payments.refund(payment, 300);
    expect([first.status, first.body]).toEqual([
      201,
      expect.objectContaining({ state: 'completed', amount_minor: 300 }),
    ]);
    expect((await payments.refund(payment, 701)).problem?.code).toBe('refund_exceeds_capture');
    await payments.refund(payment, 700);
    expect((await payments.refund(payment, 1)).problem?.code).toBe('refund_exceeds_capture');
    expect(await payments.atProcessor(payment)).toEqual({ orders: 1, taken: 1_000, back: 1_000 });
    expect(await payments.sold(payment)).toBe(0);
    const listed = await payments.staff.get<Page<RefundDto>>(`/api/v1/payments/${payment.id}/refunds`);
    expect(listed.body.data.map(({ amount_minor, state }) => [amount_minor, state])).toEqual([
      [700, 'completed'],
      [300, 'completed'],
    ]);
  });

  it('CMP-WAL-4, CMP-WAL-5: refunds raced from many sides give back what was taken and no more', async () => {
    const payment = await made({ capture_method: 'automatic', amount_minor: 1_000 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => payments.refund(payment, 300)));
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(3);
    await soon(async () => expect(await payments.atProcessor(payment)).toMatchObject({ back: 900 }));
    expect(await payments.of(payment)).toMatchObject({ refunded_minor: 900 });
    await soon(async () => expect(await payments.sold(payment)).toBe(100));
  });

  it('a refund of several captures names the one it is of, and no capture gives back more than it took', async () => {
    const payment = await made({ amount_minor: 1_000 });
    const first = (await payments.capture(payment, { amount_minor: 400 })).body;
    const second = (await payments.capture(payment, { amount_minor: 600 })).body;
    expect((await payments.refund(payment, 700)).problem?.code).toBe('refund_exceeds_one_capture');
    expect((await payments.refund(payment, 401, { capture_id: first.id })).problem?.code).toBe(
      'refund_exceeds_one_capture',
    );
    expect((await payments.refund(payment, 600, { capture_id: second.id })).body).toMatchObject({
      capture_id: second.id,
      state: 'completed',
    });
    expect((await payments.refund(payment, 400)).body).toMatchObject({ capture_id: first.id, state: 'completed' });
    expect(await payments.atProcessor(payment)).toMatchObject({ taken: 1_000, back: 1_000 });
  });

  it('a refund that failed is listed and asked for again, under a key of its own', async () => {
    const payment = await made({ capture_method: 'automatic', card_token: 'tok_refund_fail' });
    const failed = (await payments.refund(payment, 500)).body;
    expect(failed).toMatchObject({ state: 'failed', attempt: 1 });
    expect(await payments.of(payment)).toMatchObject({ refunded_minor: 0 });
    const list = await payments.staff.get<Page<RefundDto>>('/api/v1/refunds', { query: { state: 'failed' } });
    expect(list.body.data.map(({ id }) => id)).toContain(failed.id);
    const path = `/api/v1/payments/${payment.id}/refunds/${failed.id}/retry`;
    const again = await payments.staff.post<RefundDto>(path, {}, { headers: { prefer: 'wait=15' } });
    expect(again.body).toMatchObject({ id: failed.id, state: 'failed', attempt: 2 });
    expect(wire().about(`${failed.id}.2`, 'refund')).toHaveLength(1);
    expect(await payments.of(payment)).toMatchObject({ refunded_minor: 0 });
    const done = (await payments.refund(await made({ capture_method: 'automatic' }), 100)).body;
    const other = await payments.staff.post(`/api/v1/payments/${done.payment_id}/refunds/${done.id}/retry`, {});
    expect([other.status, other.problem?.code]).toEqual([409, 'refund_not_failed']);
  });
});
