import { payoutChanged } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { type Member, soon } from './house';
import { PayoutsHouse } from './payouts-house';

let payouts: PayoutsHouse;
let ada: Member;
beforeAll(async () => {
  payouts = await PayoutsHouse.open();
  await payouts.set({ fee_fixed_minor: 50 });
});
afterAll(() => payouts.close());
beforeEach(async () => (ada = await payouts.house.rich(10_000)));

it('WAL-04: pays what was approved, once, and takes the fee', async () => {
  const withdrawal = await payouts.sent(ada, 4_000);
  const paid = await payouts.reached(withdrawal, 'paid');
  expect(paid).toMatchObject({ amount_minor: 4_000, fee_minor: 50, payout_minor: 3_950, failure_code: null });
  const [order] = payouts.provider.book.ofIntent(withdrawal.id);
  expect(paid.provider_reference).toBe(order?.order.id);
  expect(payouts.provider.book.netOf(withdrawal.id)).toBe(3_950);
  expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 6_000, held_minor: 0 });
  const merchant = `merchant:${payouts.house.merchantId}`;
  expect(await payouts.house.booked(`withdrawal:${withdrawal.id}`)).toEqual([
    { kind: 'withdrawal', account: expect.stringContaining(ada.id) as string, amount: -4_000 },
    { kind: 'withdrawal', account: `${merchant}:payout-fees:EUR`, amount: 50 },
    { kind: 'withdrawal', account: `${merchant}:payouts:EUR`, amount: 3_950 },
  ]);
  await payouts.booksAgree();
});

it('GAP-WAL-14: says each step once, under the words that people are told', async () => {
  const withdrawal = await payouts.sent(ada, 4_000);
  await payouts.reached(withdrawal, 'paid');
  await soon(() => {
    const said = payouts.house.peer.of(payoutChanged, { withdrawalId: withdrawal.id }).map(({ state }) => state);
    expect(new Set(said)).toEqual(new Set(['requested', 'approved', 'submitted', 'paid']));
    expect(said).toHaveLength(4);
  });
});

it('CMP-WAL-6: a payout whose answer never comes is unknown, keeps its money set aside and is paid once', async () => {
  const withdrawal = await payouts.sent(ada, 4_000, 'Ada Silent');
  const unknown = await payouts.reached(withdrawal, 'unknown');
  expect(unknown.steps.at(-1)).toMatchObject({ from_state: 'held', learned_from: 'silence', evidence: null });
  expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 10_000, held_minor: 4_000 });
  const { steps } = await payouts.reached(withdrawal, 'paid');
  const out = steps.find((step) => step.from_state === 'unknown');
  const [order] = payouts.provider.book.ofIntent(withdrawal.id);
  expect(out).toMatchObject({
    learned_from: 'query',
    evidence: expect.stringContaining(order?.order.id ?? '-') as string,
  });
  expect(payouts.provider.book.ofIntent(withdrawal.id)).toHaveLength(1);
  await payouts.booksAgree();
});

it.each([
  ['answers 500 after it took the order', 'Broken'],
  ['loses the first question', 'Lost'],
  ['takes the order, says nothing and hides it from its own list', 'Hidden'],
  ['says everything twice', 'Twice'],
  ['says the end first', 'Reordered'],
  ['says it failed while it pays', 'False'],
  ['says it came back while it did not', 'Boomerang'],
  ['says nothing of itself', 'Mute'],
])('DIF-WAL-5: a provider that %s pays once, and the books say so', async (_, lie) => {
  const withdrawal = await payouts.sent(ada, 4_000, `Ada ${lie}`);
  await payouts.reached(withdrawal, 'paid');
  await soon(() => expect(payouts.provider.isSettled).toBe(true));
  expect(payouts.provider.book.netOf(withdrawal.id)).toBe(3_950);
  expect(payouts.provider.book.ofIntent(withdrawal.id)).toHaveLength(1);
  expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 6_000, held_minor: 0 });
  await payouts.booksAgree();
});

it('a payout that fails is free again, fee and all', async () => {
  const withdrawal = await payouts.sent(ada, 4_000, 'Ada Fails');
  const failed = await payouts.reached(withdrawal, 'failed');
  expect(failed.failure_code).toBe('failed');
  // The webhook made us ask; the answer to the question is what was believed.
  expect(failed.steps.findLast((step) => step.from_state !== step.to_state)).toMatchObject({
    to_state: 'failed',
    learned_from: 'query',
  });
  expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 10_000, held_minor: 0 });
  await payouts.booksAgree();
});

it.each(['Returned', 'Mess'])(
  'a payout that comes back is given back by one journal that says of which (%s)',
  async (lie) => {
    const withdrawal = await payouts.sent(ada, 4_000, `Ada ${lie}`);
    await soon(async () => expect(['paid', 'returned']).toContain((await payouts.one(withdrawal.id)).state));
    // The second one never says truly that it came back: only asking again finds out.
    await payouts.recheck();
    await payouts.reached(withdrawal, 'returned');
    await payouts.tell(withdrawal.id, 'returned');
    await payouts.tell(withdrawal.id, 'completed');
    expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 10_000, held_minor: 0 });
    const journals = await payouts.house.service.query<{ kind: string; reverses: string | null; id: string }>(
      'SELECT id, kind, reverses FROM ledger_journals WHERE reference = $1 ORDER BY inserted_at, id',
      [`withdrawal:${withdrawal.id}`],
    );
    expect(journals.map(({ kind }) => kind)).toEqual(['withdrawal', 'reversal']);
    expect(journals[1]?.reverses).toBe(journals[0]?.id);
    await payouts.booksAgree();
  },
);

it('DIF-WAL-5: a payout that failed and was paid all the same is in the books, as what the member owes', async () => {
  const withdrawal = await payouts.sent(ada, 4_000, 'Ada Undead');
  await payouts.reached(withdrawal, 'paid');
  expect(await payouts.house.booked(`withdrawal:${withdrawal.id}`)).toEqual([
    { kind: 'withdrawal_late', account: `merchant:${payouts.house.merchantId}:payout-shortfall:EUR`, amount: -3_950 },
    { kind: 'withdrawal_late', account: `merchant:${payouts.house.merchantId}:payouts:EUR`, amount: 3_950 },
  ]);
  expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 10_000, held_minor: 0 });
  await payouts.booksAgree();
});

it('a webhook that was signed by somebody else, or is of no provider of ours, changes nothing', async () => {
  const withdrawal = await payouts.approved(ada, 4_000);
  const forged = await payouts.tell(withdrawal.id, 'completed', { by: 'another key' });
  expect([forged.status, forged.problem?.code]).toEqual([401, 'webhook_signature_invalid']);
  const stranger = await payouts.tellBody('{}', newId(), undefined, '/api/v1/payouts/webhooks/wise');
  expect([stranger.status, stranger.problem?.code]).toEqual([404, 'provider_not_found']);
  // Nobody was asked to pay it yet, so nobody can have paid it.
  expect((await payouts.tell(withdrawal.id, 'completed')).body).toEqual({ outcome: 'learned' });
  expect((await payouts.one(withdrawal.id)).state).toBe('held');
  expect(await payouts.house.count('payout_webhooks WHERE withdrawal_id = $1', [withdrawal.id])).toBe(1);
  await payouts.gather();
  await payouts.reached(withdrawal, 'paid');
});

it('an event is taken once, however often it comes and at how many at once', async () => {
  const withdrawal = await payouts.sent(ada, 4_000, 'Ada Mute');
  await payouts.reached(withdrawal, 'submitted');
  const eventId = newId();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => payouts.tell(withdrawal.id, 'completed', { eventId })),
  );
  expect(answers.map(({ body }) => body.outcome).sort()).toEqual([
    ...Array.from({ length: 7 }, () => 'known'),
    'learned',
  ]);
  const { steps } = await payouts.reached(withdrawal, 'paid');
  expect(steps.filter((step) => step.from_state !== 'paid' && step.to_state === 'paid')).toHaveLength(1);
});
