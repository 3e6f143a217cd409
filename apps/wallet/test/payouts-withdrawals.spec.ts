import { payoutChanged } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { WithdrawalDto, WithdrawalQuoteDto } from '../src/withdrawals/withdrawal.dto';
import type { Member, Page } from './house';
import { PayoutsHouse, plainRules } from './payouts-house';

let payouts: PayoutsHouse;
let ada: Member;
beforeAll(async () => (payouts = await PayoutsHouse.open()));
afterAll(() => payouts.close());
beforeEach(async () => {
  await payouts.set({ fee_fixed_minor: 30, fee_basis_points: 100, second_approver_from_minor: 8_000 });
  ada = await payouts.house.rich(10_000);
});

const free = async (member: Member) => {
  const wallet = await payouts.house.wallet(member);
  return [wallet?.posted_minor, wallet?.held_minor, wallet?.available_minor];
};

it('GAP-WAL-14: says what it costs before, takes just that, and sets the whole amount aside at once', async () => {
  const quote = await ada.http.post<WithdrawalQuoteDto>('/api/v1/withdrawals/quote', {
    amount_minor: 4_050,
    currency: 'EUR',
  });
  expect(quote.body).toMatchObject({ amount_minor: 4_050, fee_minor: 71, payout_minor: 3_979, approvals_needed: 1 });
  const asked = await payouts.requested(ada, 4_050);
  expect(asked).toMatchObject({ state: 'requested', fee_minor: 71, payout_minor: 3_979, approvals_needed: 1 });
  expect(asked.steps).toMatchObject([
    { from_state: 'requested', to_state: 'requested', learned_from: 'request', actor: ada.id },
  ]);
  expect(await free(ada)).toEqual([10_000, 4_050, 5_950]);
});

it.each([
  [99, 'amount_below_minimum'],
  [1_000_001, 'amount_above_maximum'],
  [10_001, 'insufficient_funds'],
])('refuses %i: %s', async (amountMinor, code) => {
  const answer = await payouts.ask(ada, (await payouts.beneficiary(ada)).id, amountMinor);
  expect([answer.status, answer.problem?.code]).toEqual([422, code]);
  expect(await free(ada)).toEqual([10_000, 0, 10_000]);
});

it('only the wallet is paid out: cashback that still waits is not in it', async () => {
  const before = await payouts.house.wallet(ada);
  expect(before?.available_minor).toBe(10_000);
  const { id } = await payouts.beneficiary(ada);
  expect((await payouts.ask(ada, id, 6_000)).status).toBe(201);
  const second = await payouts.ask(ada, id, 6_000);
  expect([second.status, second.problem?.code]).toEqual([422, 'insufficient_funds']);
});

it('ten at once never set aside more than there is', async () => {
  const { id } = await payouts.beneficiary(ada);
  const answers = await Promise.all(Array.from({ length: 10 }, () => payouts.ask(ada, id, 3_000)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
  expect(await free(ada)).toEqual([10_000, 9_000, 1_000]);
});

it('the same key is the same withdrawal, and another body under it is refused', async () => {
  const [{ id }, key] = [await payouts.beneficiary(ada), newId()];
  const answers = await Promise.all(Array.from({ length: 10 }, () => payouts.ask(ada, id, 3_000, key)));
  expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
  const again = await payouts.ask(ada, id, 3_000, key);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  expect((await payouts.ask(ada, id, 3_001, key)).problem?.code).toBe('idempotency_key_reused');
  expect(await free(ada)).toEqual([10_000, 3_000, 7_000]);
});

it('WAL-03: waits for a person, and says when one has approved it', async () => {
  const { id } = await payouts.requested(ada, 4_000);
  const officer = newId();
  const approved = await payouts.decide(payouts.officer(officer), id, 'approve');
  expect(approved.body).toMatchObject({ state: 'held', approvals_given: 1 });
  expect(approved.body.steps.at(-1)).toMatchObject({ to_state: 'held', learned_from: 'person', actor: officer });
  await payouts.house.said(payoutChanged, { withdrawalId: id, state: 'approved' });
  expect(
    await payouts.house.count(`outbox WHERE subject = $1 AND envelope -> 'data' ->> 'state' = 'approved'`, [id]),
  ).toBe(1);
});

it('below the threshold nobody has to look, and the step says by which settings', async () => {
  await payouts.set({ auto_approve_below_minor: 2_000 });
  const small = await payouts.requested(ada, 1_999);
  expect(small).toMatchObject({ state: 'held', approvals_needed: 0 });
  expect(small.steps.at(-1)).toMatchObject({
    learned_from: 'rule',
    evidence: expect.stringMatching(/^settings:\d+$/) as string,
  });
  expect(await payouts.requested(ada, 2_000)).toMatchObject({ state: 'requested', approvals_needed: 1 });
});

it('above the second threshold it takes two people, who are not the same', async () => {
  const { id } = await payouts.requested(ada, 8_000);
  const first = payouts.officer();
  expect((await payouts.decide(first, id, 'approve')).body).toMatchObject({ state: 'requested', approvals_given: 1 });
  const same = await payouts.decide(first, id, 'approve');
  expect([same.status, same.problem?.code]).toEqual([409, 'already_decided']);
  expect((await payouts.one(id)).state).toBe('requested');
  const second = await payouts.decide(payouts.officer(), id, 'approve');
  expect(second.body).toMatchObject({ state: 'held', approvals_given: 2 });
  expect(second.body.steps.filter((step) => step.learned_from === 'person')).toHaveLength(2);
});

it('nobody decides about their own withdrawal', async () => {
  const both = payouts.house.service.http.as({
    sub: ada.id,
    roles: ['customer', 'finance_ops'],
    merchants: [payouts.house.merchantId],
  });
  const { id } = await payouts.requested(ada, 4_000);
  for (const how of ['approve', 'reject'] as const) {
    const answer = await payouts.decide(both, id, how);
    expect([answer.status, answer.problem?.code]).toEqual([403, 'own_withdrawal']);
  }
  expect((await payouts.one(id)).state).toBe('requested');
});

it('of those who decide at once one wins: approvers, rejecters and the member who takes it back', async () => {
  for (let round = 0; round < 4; round += 1) {
    const ben = await payouts.house.rich(5_000);
    const { id } = await payouts.requested(ben, 4_000);
    const answers = await Promise.all([
      payouts.decide(payouts.officer(), id, 'approve'),
      payouts.decide(payouts.officer(), id, 'approve'),
      payouts.decide(payouts.officer(), id, 'reject'),
      payouts.decide(ben.http, id, 'cancel'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const { state, steps } = await payouts.one(id);
    expect(steps).toHaveLength(2);
    expect(await free(ben)).toEqual(state === 'held' ? [5_000, 4_000, 1_000] : [5_000, 0, 5_000]);
  }
});

it('what is rejected or taken back is free again, and stays so', async () => {
  const one = await payouts.requested(ada, 4_000);
  const other = await payouts.requested(ada, 4_000);
  expect((await payouts.decide(payouts.officer(), one.id, 'reject')).body).toMatchObject({ state: 'rejected' });
  expect((await payouts.decide(ada.http, other.id, 'cancel')).body).toMatchObject({ state: 'cancelled' });
  expect(await free(ada)).toEqual([10_000, 0, 10_000]);
  const late = await payouts.decide(payouts.officer(), one.id, 'approve');
  expect([late.status, late.problem?.code]).toEqual([409, 'withdrawal_decided']);
  const tooLate = await payouts.approved(ada, 4_000);
  expect((await payouts.decide(ada.http, tooLate.id, 'cancel')).problem?.code).toBe('withdrawal_decided');
});

it('shows members their own and staff all of their merchant, by state, in pages', async () => {
  const [first, second] = [await payouts.requested(ada, 1_000), await payouts.approved(ada, 1_000)];
  const ben = await payouts.house.rich(5_000);
  const others = await payouts.requested(ben, 1_000);
  const list = async (http: Member['http'], query: Record<string, string | number>) =>
    (await http.get<Page<WithdrawalDto>>('/api/v1/withdrawals', { query })).body;
  expect((await list(ada.http, {})).data.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect((await list(ada.http, { member_id: ben.id })).data).toEqual([]);
  expect((await list(payouts.finance, { member_id: ada.id, state: 'held' })).data.map(({ id }) => id)).toEqual([
    second.id,
  ]);
  const page = await list(ada.http, { limit: 1 });
  expect(page.has_more).toBe(true);
  expect((await list(ada.http, { limit: 1, cursor: page.next_cursor ?? '' })).data.map(({ id }) => id)).toEqual([
    first.id,
  ]);
  expect((await ada.http.get(`/api/v1/withdrawals/${others.id}`)).status).toBe(404);
  expect((await payouts.decide(ada.http, others.id, 'cancel')).status).toBe(404);
  const elsewhere = payouts.house.staff('finance_ops', [newId()]);
  expect((await elsewhere.get(`/api/v1/withdrawals/${first.id}`)).status).toBe(404);
  expect((await payouts.decide(elsewhere, first.id, 'approve')).status).toBe(404);
});

it('settings are versions: an old one is refused, two at once have one winner, and history keeps all', async () => {
  const path = '/api/v1/payouts/settings';
  expect((await payouts.finance.get(`${path}?currency=GBP`)).body).toMatchObject({ version: 0, changed_by: null });
  const put = (version: number, rules: object = plainRules) =>
    payouts.finance.put(path, { currency: 'GBP', ...rules }, { headers: { 'if-match': `"${version}"` } });
  const answers = await Promise.all([put(0), put(0)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  expect((await put(0)).status).toBe(412);
  expect((await put(1, { ...plainRules, fee_fixed_minor: 100 })).problem?.code).toBe('fee_eats_minimum');
  expect((await put(1, { ...plainRules, maximum_minor: 10 })).problem?.code).toBe('maximum_below_minimum');
  expect((await put(1, { ...plainRules, auto_approve_below_minor: 600_000 })).problem?.code).toBe('thresholds_crossed');
  expect((await put(1, { ...plainRules, maximum_minor: 777_777 })).body).toMatchObject({ version: 2 });
  const history = await payouts.finance.get<Page<{ version: number }>>(
    '/api/v1/payouts/settings/versions?currency=GBP',
  );
  expect(history.body.data.map(({ version }) => version)).toEqual([2, 1]);
  expect(
    (await payouts.house.staff('merchant_admin').put(path, plainRules, { headers: { 'if-match': '"2"' } })).status,
  ).toBe(403);
});
