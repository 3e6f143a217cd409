import { fraudFlagged, fraudReviewed, paymentRefused, paymentReserve } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { DecisionDto } from '../src/fraud/fraud.dto';
import { ExpireReviews } from '../src/fraud/expire-reviews';
import {
  at,
  careful,
  clock,
  decide,
  decisionOf,
  ended,
  house,
  openScreening,
  paymentIdOf,
  reviewOf,
  save,
  staff,
  suspicious,
  topUp,
} from './fraud-desk';
import { House, type Page } from './house';

openScreening();

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
