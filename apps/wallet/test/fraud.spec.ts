import { fraudFlagged, fraudReviewed, paymentRefused, paymentReserve, type PaymentReserve } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import { type HttpClient } from '@florin/testing';
import type { DecisionDetailDto, DecisionDto, ReplayedDto, ReviewDto } from '../src/fraud/fraud.dto';
import { defaultSettings, type FraudSettings } from '../src/fraud/fraud-settings';
import type { FraudSettingsDto } from '../src/fraud/fraud-settings.dto';
import { ExpireReviews } from '../src/fraud/expire-reviews';
import { ReplaySample } from '../src/fraud/replay-sample';
import type { TopupDto } from '../src/topups/topup.dto';
import { type Asked, House, type Member, type Page, soon } from './house';

const clock = new FixedClock(new Date());
let house: House;
let staff: HttpClient;
beforeAll(async () => {
  house = await House.open({
    clock,
    env: {
      TRUSTED_PROXIES: '127.0.0.1/32',
      CLIENT_COUNTRY_HEADER: 'X-Client-Country',
      RATE_LIMIT_ADDRESS_PER_MINUTE: '0',
    },
  });
  staff = house.staff('finance_ops');
});
afterAll(() => house.close());
beforeEach(() => {
  house.wire.mend();
  // A new week: what went before counts no more.
  clock.advance(8 * 86_400_000);
});

const at = (address: string, country?: string) => ({
  'x-forwarded-for': address,
  ...(country && { 'x-client-country': country }),
});

/** Asks for a top-up, as a client at an address, and gives how it ended or that it waits. */
async function topUp(member: Member, amountMinor: number, headers: Record<string, string> = {}, more: object = {}) {
  const body = { amount_minor: amountMinor, currency: 'EUR', card_token: 'tok_visa', ...more };
  const answer = await member.http.post<TopupDto>('/api/v1/topups', body, { headers: { ...headers } });
  expect(answer.status).toBe(202);
  return answer.body;
}

async function ended(member: Member, topup: TopupDto): Promise<TopupDto> {
  let now = topup;
  await soon(async () => {
    now = (await member.http.get<TopupDto>(`/api/v1/topups/${topup.id}`)).body;
    expect(now.state).not.toBe('requested');
  });
  return now;
}

async function decisionOf(query: Record<string, string>): Promise<DecisionDetailDto> {
  const { body } = await staff.get<Page<DecisionDto>>('/api/v1/fraud/decisions', { query });
  expect(body.data).toHaveLength(1);
  return (await staff.get<DecisionDetailDto>(`/api/v1/fraud/decisions/${body.data[0]?.id}`)).body;
}

async function save(settings: FraudSettings, who: HttpClient = staff) {
  const before = await who.get<FraudSettingsDto>('/api/v1/fraud/settings');
  const answer = await who.put<FraudSettingsDto>('/api/v1/fraud/settings', settings, {
    headers: { 'if-match': before.headers.get('etag') ?? '' },
  });
  expect([answer.status, answer.problem]).toEqual([200, undefined]);
  return answer.body;
}

/** Everything with two signs is looked at; addresses on the list are refused. */
const careful: FraudSettings = {
  ...defaultSettings,
  review_from: 30,
  deny_from: 90,
  address: { ...defaultSettings.address, denied: ['198.51.100.0/24'] },
  velocity: { weight: 60, window: '24h', cards_per_member: 1, members_per_card: 1, declines_in_row: 1 },
};

async function reviewOf(paymentId: string): Promise<ReviewDto> {
  const { body } = await staff.get<Page<ReviewDto>>('/api/v1/fraud/reviews', { query: { limit: 100 } });
  const review = body.data.find(({ payment_id }) => payment_id === paymentId);
  if (!review) throw new Error(`no review of ${paymentId}`);
  return review;
}

const decide = (id: string, decision: string, who: HttpClient = staff) =>
  who.post<ReviewDto>(`/api/v1/fraud/reviews/${id}`, { decision, reason: 'Called the cardholder.' });

/** A checkout whose card is the second of the member today: one sign. */
async function suspicious(member: Member, asked: Asked): Promise<PaymentReserve> {
  await house.paid(member, { cardMinor: 700, cardFingerprint: `fp_${newId()}` });
  return house.reserve(member, { ...asked, cardFingerprint: `fp_${newId()}` });
}

async function paymentIdOf({ orderId }: { orderId: string }): Promise<string> {
  let id = '';
  await soon(async () => {
    const rows = await house.service.query<{ id: string }>('SELECT id FROM payment_transactions WHERE order_id = $1', [
      orderId,
    ]);
    expect(rows).toHaveLength(1);
    id = rows[0]?.id ?? '';
  });
  return id;
}

it('WAL-25: every payment leaves one decision in fraud_detection_logs, with what it was taken from, and the log only grows', async () => {
  const ada = house.member();
  const topup = await ended(ada, await topUp(ada, 2_500, at('203.0.113.9', 'NL'), { card_country: 'NL' }));
  expect(topup.state).toBe('completed');
  const decision = await decisionOf({ payment_id: topup.payment_id });
  expect(decision).toMatchObject({
    outcome: 'allow',
    standing: 'allowed',
    score: 0,
    reasons: [],
    settings_version: 0,
    model_version: null,
    member_id: ada.id,
    amount_minor: 2_500,
    features: { country: 'NL', cardCountry: 'NL', addressPrefix: '203.0.113.0/24' },
  });
  expect(decision.results.map(({ rule }) => rule)).toEqual(['frequency', 'amount', 'geography', 'address', 'velocity']);
  await expect(
    house.service.query('UPDATE fraud_detection_logs SET score = 1 WHERE id = $1', [decision.id]),
  ).rejects.toThrow('append-only');
  expect(await house.count('fraud_detection_logs WHERE payment_id = $1', [topup.payment_id])).toBe(1);
});

it('keeps no address, neither in tables nor in messages: a keyed hash and the network', async () => {
  const ada = house.member();
  await ended(ada, await topUp(ada, 1_000, at('203.0.113.77')));
  for (const table of ['fraud_requests', 'fraud_detection_logs', 'payment_transactions', 'outbox'])
    expect([table, await house.count(`${table} row WHERE row::text LIKE '%203.0.113.77%'`)]).toEqual([table, 0]);
  expect(await house.count(`fraud_requests WHERE member_id = $1 AND address_key ~ '^[0-9a-f]{32}$'`, [ada.id])).toBe(1);
});

it('a client cannot name its own country: only what the proxy passes on counts', async () => {
  const other = await House.open();
  try {
    const ada = other.member();
    const body = { amount_minor: 500, currency: 'EUR', card_token: 'tok_visa' };
    await ada.http.post('/api/v1/topups', body, {
      headers: { 'x-client-country': 'NL', 'x-forwarded-for': '203.0.113.9' },
    });
    const [row] = await other.service.query<{ country: string | null; prefix: string }>(
      `SELECT request.country, log.features->>'addressPrefix' AS prefix FROM fraud_requests request JOIN fraud_detection_logs log USING (payment_id)`,
    );
    expect(row).toEqual({ country: null, prefix: '127.0.0.0/24' });
  } finally {
    await other.close();
  }
});

it('WAL-17, WAL-20: what one member asks for, and how many members come from one address, is counted over payments', async () => {
  const ada = house.member();
  for (let count = 0; count < 6; count += 1) await topUp(ada, 1_000 + count);
  const [last] = (await staff.get<Page<DecisionDto>>('/api/v1/fraud/decisions', { query: { member_id: ada.id } })).body
    .data;
  expect(last).toMatchObject({ reasons: ['frequency_above_limit'], outcome: 'allow' });
  for (let count = 0; count < 9; count += 1) await topUp(house.member(), 2_000 + count, at('192.0.2.50'));
  const crowd = house.member();
  const topup = await topUp(crowd, 2_100, at('192.0.2.50'));
  const decision = await decisionOf({ payment_id: topup.payment_id });
  expect(decision.results.flatMap(({ reasons }) => reasons)).toMatchObject([
    { code: 'many_members_at_address', facts: { members: 10, at_most: 8 } },
  ]);
  // Another address starts from nothing.
  const elsewhere = await topUp(house.member(), 2_100, at('192.0.2.51'));
  expect((await decisionOf({ payment_id: elsewhere.payment_id })).reasons).toEqual([]);
});

it('WAL-18, WAL-19, WAL-21: amounts, countries and cards of the past are looked back at', async () => {
  const ada = house.member();
  for (let count = 0; count < 4; count += 1)
    await topUp(ada, 150, at('192.0.2.60', 'NL'), { card_fingerprint: `fp_${newId()}`, card_country: 'NL' });
  clock.advance(600_000);
  const topup = await topUp(ada, 150, at('192.0.2.60', 'JP'), {
    card_fingerprint: `fp_${newId()}`,
    card_country: 'BR',
  });
  const decision = await decisionOf({ payment_id: topup.payment_id });
  expect([...decision.reasons].sort()).toEqual([
    'card_of_another_country',
    'card_testing',
    'country_unusual_for_member',
    'impossible_travel',
    'many_cards_of_member',
  ]);
  expect(decision.outcome).toBe('deny');
  expect(await ended(ada, topup)).toMatchObject({ state: 'failed', failure_code: 'payment_refused' });
});

describe('with careful settings', () => {
  beforeAll(() => save(careful));

  it('WAL-20: who comes from a denied network is refused before the processor is asked; the buyer hears no reason, staff do', async () => {
    const ada = house.member();
    const topup = await ended(ada, await topUp(ada, 2_500, at('198.51.100.23')));
    expect(topup).toMatchObject({ state: 'failed', failure_code: 'payment_refused' });
    expect(house.wire.about(topup.payment_id)).toEqual([]);
    expect(await house.wallet(ada)).toMatchObject({ posted_minor: 0 });
    const mine = await ada.http.get(`/api/v1/payments/${topup.payment_id}`);
    expect(mine.status).toBe(200);
    expect(JSON.stringify(mine.body)).not.toMatch(/address|denied|fraud/);
    expect(await decisionOf({ payment_id: topup.payment_id })).toMatchObject({
      outcome: 'deny',
      standing: 'denied',
      score: 100,
      reasons: ['address_denied'],
    });
    expect(await house.said(fraudFlagged, { paymentId: topup.payment_id })).toMatchObject({
      outcome: 'deny',
      reasons: [{ code: 'address_denied' }],
    });
    expect((await ada.http.get('/api/v1/fraud/decisions')).status).toBe(403);
  });

  it('WAL-16: a refused mixed payment gives the wallet money back and tells the checkout, once', async () => {
    const ada = await house.rich(1_000);
    const command = house.reserve(ada, {
      walletMinor: 400,
      cardMinor: 300,
      addressKey: 'a'.repeat(32),
      addressPrefix: '198.51.100.0/24',
    });
    expect(await house.said(paymentRefused, { checkoutId: command.checkoutId })).toMatchObject({
      code: 'payment_refused',
    });
    expect(await house.wallet(ada)).toMatchObject({ posted_minor: 1_000, held_minor: 0, available_minor: 1_000 });
    house.say(paymentReserve, command);
    await house.heard();
    // Asked again, it is answered again as it stands; nothing is decided anew.
    expect(await house.count('fraud_detection_logs WHERE order_id = $1', [command.orderId])).toBe(1);
    expect(await house.faultsInBooks()).toEqual([]);
  });

  it('WAL-16: a payment under review asks nobody until it is approved, and is then paid like any other', async () => {
    const ada = await house.rich(1_000);
    const command = await suspicious(ada, { walletMinor: 400, cardMinor: 300 });
    const paymentId = await paymentIdOf(command);
    const review = await reviewOf(paymentId);
    expect(review).toMatchObject({ state: 'open', reasons: ['many_cards_of_member'], decided_by: null });
    expect(await house.said(fraudFlagged, { paymentId })).toMatchObject({
      outcome: 'review',
      orderId: command.orderId,
    });
    expect([await house.stateOf(command.checkoutId), house.wire.about(paymentId)]).toEqual(['reserving', []]);
    expect(await house.wallet(ada)).toMatchObject({ held_minor: 400 });
    const answer = await decide(review.id, 'approve');
    expect(answer.body).toMatchObject({ state: 'approved', reason: 'Called the cardholder.' });
    await house.reached(command, 'reserved');
    house.confirm(command);
    await house.reached(command, 'captured');
    expect(await house.said(fraudReviewed, { paymentId })).toMatchObject({ state: 'approved', outcome: 'allow' });
    expect(await house.count(`fraud_labels WHERE payment_id = $1 AND label = 'genuine'`, [paymentId])).toBe(1);
    expect(await house.faultsInBooks()).toEqual([]);
  });

  it('of twenty reviewers at once one wins, and the payment goes one way', async () => {
    const ada = await house.rich(1_000);
    const command = await suspicious(ada, { walletMinor: 400, cardMinor: 300 });
    const paymentId = await paymentIdOf(command);
    const { id } = await reviewOf(paymentId);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => decide(id, index % 2 === 0 ? 'approve' : 'deny')),
    );
    const [winner, ...others] = answers.filter(({ status }) => status === 200);
    expect(others).toEqual([]);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ problem }) => problem?.code))).toEqual(
      new Set(['review_closed']),
    );
    const approved = winner?.body.state === 'approved';
    await house.reached(command, approved ? 'reserved' : 'refused');
    expect(house.wire.about(paymentId, 'authorise')).toHaveLength(approved ? 1 : 0);
    expect(await house.times(fraudReviewed, paymentId)).toBe(1);
  });

  it('a denied review refuses the payment and learns from it', async () => {
    const ada = await house.rich(1_000);
    const command = await suspicious(ada, { walletMinor: 400, cardMinor: 300 });
    const paymentId = await paymentIdOf(command);
    await decide((await reviewOf(paymentId)).id, 'deny');
    await house.reached(command, 'refused');
    expect(await house.wallet(ada)).toMatchObject({ held_minor: 0, available_minor: 1_000 });
    expect(house.wire.about(paymentId)).toEqual([]);
    expect(await house.count(`fraud_labels WHERE payment_id = $1 AND label = 'fraud'`, [paymentId])).toBe(1);
  });

  it('a checkout that is given up while somebody looks is over: the review is withdrawn and the card never asked', async () => {
    const ada = await house.rich(1_000);
    const command = await suspicious(ada, { walletMinor: 400, cardMinor: 300 });
    const paymentId = await paymentIdOf(command);
    const { id } = await reviewOf(paymentId);
    house.release(command);
    await house.reached(command, 'released');
    expect(await reviewOf(paymentId)).toMatchObject({ state: 'withdrawn' });
    expect((await decide(id, 'approve')).problem?.code).toBe('review_closed');
    expect(house.wire.about(paymentId)).toEqual([]);
    expect(await house.wallet(ada)).toMatchObject({ held_minor: 0, available_minor: 1_000 });
  });

  it.each([
    ['deny', 'failed', 0],
    ['approve', 'completed', 900],
  ] as const)('nobody comes in time: the setting says %s', async (on_expiry, state, posted_minor) => {
    await save({ ...careful, on_expiry, review_minutes: 5 });
    const ada = house.member();
    await ended(ada, await topUp(ada, 100, {}, { card_fingerprint: `fp_${newId()}` }));
    const topup = await topUp(ada, 900, {}, { card_fingerprint: `fp_${newId()}` });
    const job = house.service.app.get(ExpireReviews);
    await job.run();
    expect(await reviewOf(topup.payment_id)).toMatchObject({ state: 'open' });
    clock.advance(5 * 60_000);
    await job.run();
    expect(await reviewOf(topup.payment_id)).toMatchObject({ state: 'expired', decided_by: null });
    expect(await ended(ada, topup)).toMatchObject({ state });
    expect(await house.wallet(ada)).toMatchObject({ posted_minor: 100 + posted_minor });
    await save(careful);
  });

  it('cards that will not pay, one after the other, are a sign for the next', async () => {
    const ada = house.member();
    for (let count = 0; count < 2; count += 1)
      await ended(ada, await topUp(ada, 500, {}, { card_token: 'tok_declined' }));
    const topup = await topUp(ada, 500);
    expect(await decisionOf({ payment_id: topup.payment_id })).toMatchObject({
      outcome: 'review',
      reasons: ['declines_in_row'],
    });
  });
});

describe('replay', () => {
  it('WAL-25: any decision is taken again and comes out the same, also after the settings changed', async () => {
    const ada = house.member();
    // A round amount: nothing to look at by the settings of then, and something by those that follow.
    const before = await topUp(ada, 20_000, at('192.0.2.70', 'NL'), { card_fingerprint: 'fp_one' });
    await save({ ...careful, review_from: 4 });
    const after = await topUp(ada, 250_000, at('192.0.2.70', 'JP'), { card_fingerprint: 'fp_two', card_country: 'BR' });
    for (const { payment_id } of [before, after]) {
      const decision = await decisionOf({ payment_id });
      const path = `/api/v1/fraud/decisions/${decision.id}/replay`;
      const { status, body } = await staff.post<ReplayedDto>(path, { with: 'stored' });
      expect([status, body.equal]).toEqual([200, true]);
      expect(body.results).toEqual(decision.results);
      const current = await staff.post<ReplayedDto>(path, { with: 'current' });
      expect(current.body.equal).toBe(payment_id === after.payment_id);
    }
    await house.service.app.get(ReplaySample).run();
    const [replayed] = await house.service.query<{ examined: number; differing: number }>(
      'SELECT examined, differing FROM fraud_replays WHERE merchant_id = $1',
      [house.merchantId],
    );
    expect(replayed?.examined).toBeGreaterThan(20);
    expect(replayed?.differing).toBe(0);
    await save(careful);
  });

  it('draft settings are tried on the past: how many would come out otherwise, and which', async () => {
    const ada = house.member();
    const from = clock.now().toISOString();
    const topup = await topUp(ada, 20_000);
    await topUp(house.member(), 123);
    clock.advance(1_000);
    const span = { from, to: clock.now().toISOString() };
    const draft = { ...careful, amount: { ...careful.amount, weight: 100 }, review_from: 10 };
    const tried = await staff.post('/api/v1/fraud/trials', { ...span, ...draft });
    const { id } = await decisionOf({ payment_id: topup.payment_id });
    expect(tried.body).toMatchObject({ examined: 2, differing: 1, examples: [id], has_more: false });
    expect(tried.body['outcomes']).toEqual(
      expect.arrayContaining([
        { logged: 'allow', replayed: 'review', count: 1 },
        { logged: 'allow', replayed: 'allow', count: 1 },
      ]),
    );
    const stored = await staff.post('/api/v1/fraud/replays', { ...span, with: 'stored' });
    expect(stored.body).toMatchObject({ examined: 2, differing: 0 });
    const one = await staff.post(`/api/v1/fraud/decisions/${id}/trial`, draft);
    expect(one.body).toMatchObject({ outcome: 'review', equal: false });
  });
});

describe('settings', () => {
  it('have versions: the next needs the one before, two at once have one winner, and none is lost', async () => {
    const own = house.staff('finance_ops', [newId()]);
    const first = await own.get<FraudSettingsDto>('/api/v1/fraud/settings');
    expect([first.headers.get('etag'), first.body]).toMatchObject(['"0"', { version: 0, settings: defaultSettings }]);
    const put = (version: string) =>
      own.put<FraudSettingsDto>('/api/v1/fraud/settings', careful, { headers: { 'if-match': version } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => put('"0"')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    await put('"1"');
    const history = await own.get<Page<FraudSettingsDto>>('/api/v1/fraud/settings/versions');
    expect(history.body.data.map(({ version }) => version)).toEqual([2, 1]);
  });

  it.each([
    ['a refusal below the review', { review_from: 50, deny_from: 40 }, 'deny_below_review'],
    [
      'a country that is none',
      { geography: { ...careful.geography, high_risk_countries: ['NL', 'QQ'] } },
      'country_unknown',
    ],
    [
      'a network finer than what is kept',
      { address: { ...careful.address, denied: ['10.0.0.0/30'] } },
      'address_not_listable',
    ],
    [
      'two limits for one window',
      {
        frequency: {
          weight: 1,
          limits: [
            { window: '1h', at_most: 1 },
            { window: '1h', at_most: 2 },
          ],
        },
      },
      'window_repeated',
    ],
  ])('refuse %s', async (_, part, code) => {
    const own = house.staff('finance_ops', [newId()]);
    const answer = await own.put('/api/v1/fraud/settings', { ...careful, ...part }, { headers: { 'if-match': '"0"' } });
    expect([answer.status, answer.problem?.code ?? answer.problem?.errors?.[0]?.code]).toEqual([422, code]);
  });
});

it('everything is the merchant’s own: others find nothing, support may look and not decide', async () => {
  const ada = house.member();
  await topUp(ada, 500, {}, { card_fingerprint: 'fp_a' });
  const topup = await topUp(ada, 500, {}, { card_fingerprint: 'fp_b' });
  const decision = await decisionOf({ payment_id: topup.payment_id });
  const review = await reviewOf(topup.payment_id);
  const stranger = house.staff('finance_ops', [newId()]);
  expect((await stranger.get<Page<DecisionDto>>('/api/v1/fraud/decisions')).body.data).toEqual([]);
  expect((await stranger.get(`/api/v1/fraud/decisions/${decision.id}`)).status).toBe(404);
  expect((await stranger.post(`/api/v1/fraud/decisions/${decision.id}/replay`, { with: 'stored' })).status).toBe(404);
  expect((await decide(review.id, 'approve', stranger)).status).toBe(404);
  const label = { payment_id: topup.payment_id, label: 'fraud', source: 'chargeback' };
  expect((await stranger.post('/api/v1/fraud/labels', label)).status).toBe(404);
  const support = house.staff('support_agent');
  expect((await support.get(`/api/v1/fraud/reviews/${review.id}`)).status).toBe(200);
  expect((await decide(review.id, 'approve', support)).status).toBe(403);
});
