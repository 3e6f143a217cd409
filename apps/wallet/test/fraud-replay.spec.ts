import { newId } from '@florin/kernel';
import type { DecisionDto } from '../src/fraud/fraud.dto';
import type { ReplayedDto } from '../src/fraud/replay.dto';
import { defaultSettings } from '../src/fraud/fraud-settings';
import type { FraudSettingsDto } from '../src/fraud/fraud-settings.dto';
import { ReplaySample } from '../src/fraud/replay-sample';
import {
  at,
  careful,
  clock,
  decide,
  decisionOf,
  house,
  openScreening,
  reviewOf,
  save,
  staff,
  topUp,
} from './fraud-desk';
import type { Page } from './house';

openScreening();

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
    for (let count = 1; count <= 20; count += 1) await topUp(house.member(), 100 + count);
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
