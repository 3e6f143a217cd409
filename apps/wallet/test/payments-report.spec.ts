import { newId } from '@florin/kernel';
import { countQueries } from '@florin/testing';
import type { PaymentDto } from '../src/payments/payment.dto';
import type { PaymentReportDto } from '../src/payments/report.dto';
import type { RoutingDto, RoutingVersionDto } from '../src/processors/routing.dto';
import { House, type Page } from './house';
import { Payments } from './payments-api';

let house: House;
let payments: Payments;
beforeAll(async () => {
  house = await House.open({ paypal: {} });
  payments = new Payments(house);
});
afterAll(() => house.close());

const today = () => new Date().toISOString().slice(0, 10);
const period = () => ({
  from: new Date(Date.now() - 3_600_000).toISOString(),
  to: new Date(Date.now() + 3_600_000).toISOString(),
});
const report = (currency: string, more: object = {}) =>
  payments.staff.get<PaymentReportDto>('/api/v1/payments/report', { query: { ...period(), currency, ...more } });

describe('WAL-15: the report', () => {
  beforeAll(async () => {
    const [one] = await Promise.all([
      payments.made({ currency: 'SEK', amount_minor: 1_000, capture_method: 'automatic' }),
      payments.made({ currency: 'SEK', amount_minor: 500, capture_method: 'automatic', processor: 'paypal' }),
      payments.made({ currency: 'SEK', amount_minor: 700, card_token: 'tok_declined' }),
      payments.made({ currency: 'SEK', amount_minor: 800, card_token: 'tok_declined', processor: 'paypal' }),
      payments.made({ currency: 'NOK', amount_minor: 9_999 }),
    ]);
    await payments.refund(one, 300);
  });

  it('WAL-15: counts and sums by day, processor and state, with rates and the reasons of declines', async () => {
    const { status, body } = await report('SEK');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      currency: 'SEK',
      payments: 4,
      captured_minor: 1_500,
      refunded_minor: 300,
      authorisation_rate_bps: 5_000,
      refund_rate_bps: 2_000,
      decline_reasons: [
        { processor: 'paypal', code: 'instrument_declined', payments: 1, amount_minor: 800 },
        { processor: 'stripe', code: 'card_declined', payments: 1, amount_minor: 700 },
      ],
    });
    const rows = body.rows.map(
      ({ day, processor, state, payments: count, amount_minor, captured_minor, refunded_minor }) =>
        [day, processor, state, count, amount_minor, captured_minor, refunded_minor].join(' '),
    );
    expect(rows).toEqual([
      `${today()} paypal captured 1 500 500 0`,
      `${today()} paypal declined 1 800 0 0`,
      `${today()} stripe captured 1 1000 1000 300`,
      `${today()} stripe declined 1 700 0 0`,
    ]);
  });

  it('comes as CSV where that is asked for', async () => {
    const query = { ...period(), currency: 'SEK' };
    const answer = await payments.staff.get<string>('/api/v1/payments/report', {
      query,
      headers: { accept: 'text/csv' },
    });
    expect(answer.headers.get('content-type')).toContain('text/csv');
    const lines = String(answer.body).split('\r\n');
    expect(lines[0]).toBe(
      'currency,day,processor,state,payments,amount_minor,captured_minor,refunded_minor,settled_minor,fee_minor',
    );
    expect(lines[3]).toBe(`SEK,${today()},stripe,captured,1,1000,1000,300,0,0`);
    expect(lines).toHaveLength(6);
  });

  it('says nothing of rates where nothing was, and is of one merchant', async () => {
    expect((await report('CHF')).body).toMatchObject({
      payments: 0,
      authorisation_rate_bps: null,
      refund_rate_bps: null,
      rows: [],
    });
    const stranger = house.staff('finance_ops', [newId()]);
    const foreign = await stranger.get<PaymentReportDto>('/api/v1/payments/report', {
      query: { ...period(), currency: 'SEK' },
    });
    expect(foreign.body.payments).toBe(0);
  });

  it('is bounded to a year, and costs two statements', async () => {
    const long = await report('SEK', { from: '2024-01-01T00:00:00Z', to: '2025-01-03T00:00:00Z' });
    expect([long.status, long.problem?.code]).toEqual([422, 'period_out_of_range']);
    expect((await report('SEK', { from: period().to, to: period().from })).status).toBe(422);
    const cost = await countQueries(() => report('SEK'));
    expect(cost.statements.filter((sql) => sql.includes('payment_transactions'))).toHaveLength(2);
  });
});

it('WAL-10: which processor takes a payment is data of the merchant, with versions that say who changed it', async () => {
  const putPath = '/api/v1/payments/processors';
  const path = `${putPath}?currency=DKK`;
  const before = await payments.staff.get<RoutingDto>(path);
  expect([before.headers.get('etag'), before.body]).toEqual([
    '"0"',
    { currency: 'DKK', version: 0, processors: [{ processor: 'stripe', enabled: true }], set_up: ['stripe', 'paypal'] },
  ]);
  expect((await payments.made({ currency: 'DKK' })).processor).toBe('stripe');
  const choose = (version: number, processors: object[]) =>
    payments.staff.put<RoutingDto>(
      putPath,
      { currency: 'DKK', processors },
      { headers: { 'if-match': `"${version}"` } },
    );
  const paypalFirst = [
    { processor: 'paypal', enabled: true },
    { processor: 'stripe', enabled: true },
  ];
  expect((await choose(0, paypalFirst)).body.version).toBe(1);
  const there = await payments.made({ currency: 'DKK' });
  expect(there).toMatchObject({ processor: 'paypal', state: 'authorised' });
  const stale = await choose(0, paypalFirst);
  expect([stale.status, stale.problem?.code]).toEqual([412, 'version_mismatch']);
  expect((await choose(1, [{ processor: 'paypal', enabled: false }, paypalFirst[1] as object])).status).toBe(200);
  expect((await payments.made({ currency: 'DKK' })).processor).toBe('stripe');
  // It stays where it began.
  expect((await payments.capture(there)).body.state).toBe('captured');
  const versions = await payments.staff.get<RoutingVersionDto[]>('/api/v1/payments/processors/versions?currency=DKK');
  expect(versions.body.map(({ version, changed_by }) => [version, changed_by])).toEqual([
    [2, payments.staffId],
    [1, payments.staffId],
  ]);
  for (const [code, processors] of [
    ['processor_not_found', [{ processor: 'nobody', enabled: true }]],
    ['processor_repeated', [paypalFirst[0], paypalFirst[0]]],
    ['none_enabled', [{ processor: 'stripe', enabled: false }]],
  ] as const) {
    const refused = await choose(2, [...processors] as object[]);
    expect([refused.status, refused.problem?.errors?.[0]?.code]).toEqual([422, code]);
  }
  const other = await house.staff('finance_ops', [newId()]).get<RoutingDto>(path);
  expect(other.body.version).toBe(0);
});

it('two first choices at once are one, and the other is told', async () => {
  const path = '/api/v1/payments/processors';
  const body = { currency: 'PLN', processors: [{ processor: 'paypal', enabled: true }] };
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => payments.staff.put(path, body, { headers: { 'if-match': '"0"' } })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
});

it('WAL-22: payments are found by state, order, member, processor and time, page by page', async () => {
  const [order_id, member_id] = [newId(), newId()];
  const made: PaymentDto[] = [];
  for (const processor of ['stripe', 'paypal', 'stripe', 'paypal'])
    made.push(await payments.made({ processor, order_id, member_id }));
  const newest = made.map(({ id }) => id).reverse();
  const list = async (query: Record<string, string>) =>
    (await payments.staff.get<Page<PaymentDto>>('/api/v1/payments', { query })).body;
  const ids = async (query: Record<string, string>) => (await list(query)).data.map(({ id }) => id);
  expect(await ids({ order_id })).toEqual(newest);
  expect(await ids({ member_id, processor: 'paypal' })).toEqual([newest[0], newest[2]]);
  await payments.void(made[1] as PaymentDto);
  expect(await ids({ member_id, state: 'voided' })).toEqual([made[1]?.id]);
  const first = await list({ member_id, limit: '3' });
  expect([first.data.length, first.has_more]).toEqual([3, true]);
  expect(await ids({ member_id, limit: '3', cursor: first.next_cursor ?? '' })).toEqual([newest[3]]);
  const [, second, third] = made as [PaymentDto, PaymentDto, PaymentDto];
  const at = (payment: PaymentDto) => new Date(payment.created_at).toISOString();
  expect(await ids({ member_id, from: at(second) })).toEqual(newest.slice(0, 3));
  expect(await ids({ member_id, to: at(third) })).toEqual(newest.slice(2));
  const mine = await house.member(member_id).http.get<Page<PaymentDto>>('/api/v1/payments');
  expect(mine.body.data.map(({ id }) => id)).toEqual(newest);
  const somebody = await house.member().http.get<Page<PaymentDto>>('/api/v1/payments', { query: { member_id } });
  expect(somebody.body.data).toEqual([]);
});

it('a payment of an order or a top-up is decided about there', async () => {
  const topup = await house.topUp(house.member(), 1_000);
  const payment = { id: topup.payment_id };
  expect((await payments.capture(payment)).problem?.code).toBe('payment_not_direct');
  expect((await payments.void(payment)).problem?.code).toBe('payment_not_direct');
  expect((await payments.refund(payment, 1)).problem?.code).toBe('refund_elsewhere');
  const stranger = await house.staff('finance_ops', [newId()]).get(`/api/v1/payments/${topup.payment_id}/steps`);
  expect(stranger.status).toBe(404);
});

it('the processors and captures are measured', async () => {
  const metrics = await (await fetch(`${house.service.url}/metrics`)).text();
  for (const line of [
    /wallet_processor_seconds_count\{[^}]*processor="paypal",operation="authorise"[^}]*\} [1-9]/,
    /wallet_captures_total\{[^}]*processor="stripe",state="captured"[^}]*\} [1-9]/,
    /wallet_payments_total\{[^}]*state="declined"[^}]*\} [1-9]/,
  ])
    expect(metrics).toMatch(line);
});
