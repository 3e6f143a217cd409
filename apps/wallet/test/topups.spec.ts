import { topupCompleted } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { TopupDto } from '../src/topups/topup.dto';
import { House, soon, type Member } from './house';

let house: House;
let ada: Member;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(() => {
  house.wire.mend();
  ada = house.member();
});

const wish = (more: Record<string, unknown> = {}) => ({
  amount_minor: 2_500,
  currency: 'EUR',
  card_token: 'tok_visa',
  ...more,
});

it('WAL-01: card money becomes wallet money, and it is said once', async () => {
  const topup = await house.topUp(ada, 2_500);
  expect(topup).toMatchObject({ amount_minor: 2_500, currency: 'EUR', state: 'completed', failure_code: null });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 2_500, available_minor: 2_500 });
  expect(await house.said(topupCompleted, { topupId: topup.id })).toEqual({
    topupId: topup.id,
    memberId: ada.id,
    merchantId: house.merchantId,
    amountMinor: 2_500,
    currency: 'EUR',
  });
  expect(await house.booked(`topup:${topup.id}`)).toEqual([
    { kind: 'topup', account: `merchant:${house.merchantId}:card-clearing:EUR`, amount: -2_500 },
    { kind: 'topup', account: `member:${ada.id}:merchant:${house.merchantId}:wallet:EUR`, amount: 2_500 },
  ]);
  expect(await house.wire.charges(topup.payment_id)).toMatchObject([{ status: 'succeeded', amount_received: 2_500 }]);
});

it('answers at once with a top-up to follow when nobody waits', async () => {
  let goOn = () => {};
  house.wire.fate = () => new Promise((arrives) => (goOn = () => arrives('arrives')));
  const asked = await ada.http.post<TopupDto>('/api/v1/topups', wish());
  expect([asked.status, asked.body.state]).toEqual([202, 'requested']);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 0 });
  house.wire.mend();
  await soon(async () => {
    goOn();
    expect((await ada.http.get<TopupDto>(`/api/v1/topups/${asked.body.id}`)).body.state).toBe('completed');
  });
});

it.each([
  ['tok_declined', 'card_declined'],
  ['tok_capture_fail', 'capture_failed'],
])('a card that will not pay (%s) adds nothing', async (token, code) => {
  const topup = await house.topUp(ada, 2_500, 'EUR', token);
  expect(topup).toMatchObject({ state: 'failed', failure_code: code });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 0 });
  expect(await house.times(topupCompleted, topup.id)).toBe(0);
});

it('CMP-WAL-6: a top-up whose answers are lost is credited once', async () => {
  const lost = new Set<string>();
  house.wire.fate = ({ method, path, key }) => {
    if (method === 'GET' || !key || lost.has(key) || !path.includes('payment_intents')) return 'arrives';
    lost.add(key);
    return 'answer lost';
  };
  const topup = await house.topUp(ada, 2_500);
  expect(topup.state).toBe('completed');
  expect(lost.size).toBe(2);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 2_500 });
  expect(await house.wire.charges(topup.payment_id)).toMatchObject([{ amount_received: 2_500 }]);
});

it('GAP-WAL-04: the same key is the same top-up, also ten times at once', async () => {
  const key = newId();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => ada.http.post<TopupDto>('/api/v1/topups', wish(), { key })),
  );
  const fine = answers.filter((answer) => answer.status === 202);
  // While the first is under way the others are told to wait; they never start another.
  expect(answers.map((answer) => answer.status).filter((status) => status !== 202 && status !== 409)).toEqual([]);
  expect(new Set(fine.map((answer) => answer.body.id)).size).toBe(1);
  const again = await ada.http.post<TopupDto>('/api/v1/topups', wish(), { key });
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
  expect(again.body.id).toBe(fine[0]?.body.id);
  expect(await house.count('wallet_topups WHERE member_id = $1', [ada.id])).toBe(1);
  await soon(async () => expect(await house.wallet(ada)).toMatchObject({ posted_minor: 2_500 }));
});

it('GAP-WAL-04: another input under the same key is refused, and no key is refused', async () => {
  const key = newId();
  await ada.http.post('/api/v1/topups', wish(), { key });
  const other = await ada.http.post('/api/v1/topups', wish({ amount_minor: 9_900 }), { key });
  expect([other.status, other.problem?.code]).toEqual([422, 'idempotency_key_reused']);
  const none = await ada.http.post('/api/v1/topups', wish(), { key: null });
  expect([none.status, none.problem?.code]).toEqual([400, 'idempotency_key_required']);
  expect(await house.count('wallet_topups WHERE member_id = $1', [ada.id])).toBe(1);
});

it('WAL-14: a card number is refused, and is neither kept nor sent on', async () => {
  const number = '4242424242424242';
  const answer = await ada.http.post('/api/v1/topups', wish({ card_token: `tok_${number}` }));
  expect([answer.status, answer.problem?.code]).toEqual([400, 'validation_failed']);
  expect(JSON.stringify(answer.body)).not.toContain(number);
  expect(await house.count('payment_transactions WHERE member_id = $1', [ada.id])).toBe(0);
  expect(house.wire.calls.filter(({ body }) => body.includes(number))).toEqual([]);
});

it('a top-up is for its owner: another member finds none, staff of a role without a wallet may not make one', async () => {
  const topup = await house.topUp(ada, 100);
  const path = `/api/v1/topups/${topup.id}`;
  expect((await ada.http.get(path)).status).toBe(200);
  expect((await house.member().http.get(path)).status).toBe(404);
  expect((await house.staff('merchant_admin').post('/api/v1/topups', wish())).status).toBe(403);
});

it('a clock that was moved forward does not keep card money from arriving', async () => {
  const later = await House.open({ clock: new FixedClock(new Date(Date.now() + 40 * 86_400_000)) });
  try {
    const member = later.member();
    expect(await later.topUp(member, 700)).toMatchObject({ state: 'completed' });
    expect(await later.wallet(member)).toMatchObject({ posted_minor: 700 });
  } finally {
    await later.close();
  }
});
