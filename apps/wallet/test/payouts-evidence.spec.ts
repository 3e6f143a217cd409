import { Jobs, Transactions } from '@florin/database';
import { FixedClock, hourMs, newId } from '@florin/kernel';
import type { BatchDto } from '../src/payouts/batch.dto';
import { LearnPayoutOutcome, type StatementLine } from '../src/payouts/learn-payout-outcome';
import { type Member, type Page, soon } from './house';
import { PayoutsHouse } from './payouts-house';

let payouts: PayoutsHouse;
let ada: Member;
const clock = new FixedClock(new Date('2026-11-20T12:00:00Z'));
beforeAll(async () => (payouts = await PayoutsHouse.open({ clock })));
afterAll(() => payouts.close());
beforeEach(async () => {
  await payouts.set({});
  ada = await payouts.house.rich(10_000);
});

const statement = (lines: StatementLine[]) =>
  payouts.house.service.app
    .get(Transactions)
    .run((tx) => payouts.house.service.app.get(LearnPayoutOutcome).fromStatement(tx, lines));

const attemptsOf = async (id: string) => {
  const [row] = await payouts.house.service.query<{ attempts: number }>(
    'SELECT attempts FROM wallet_withdrawals WHERE id = $1',
    [id],
  );
  return row?.attempts ?? 0;
};

it('DIF-WAL-5: a key that the provider may have forgotten is never used again: then only evidence helps', async () => {
  const withdrawal = await payouts.sent(ada, 4_000, 'Ada Deaf');
  await payouts.reached(withdrawal, 'unknown');
  await payouts.house.service.query(
    `UPDATE wallet_withdrawals SET state = 'unknown', action = 'query', first_asked_at = now() - interval '1 day' WHERE id = $1`,
    [withdrawal.id],
  );
  const [asked, attempts] = [payouts.provider.book.lost.get(withdrawal.id), await attemptsOf(withdrawal.id)];
  await soon(async () => expect(await attemptsOf(withdrawal.id)).toBeGreaterThan(attempts + 1));
  expect(payouts.provider.book.lost.get(withdrawal.id)).toBe(asked);
  expect((await payouts.one(withdrawal.id)).state).toBe('unknown');
  expect(await statement([{ reference: withdrawal.id, fact: 'failed', lineId: 'l-1' }])).toEqual([withdrawal.id]);
  const failed = await payouts.one(withdrawal.id);
  expect(failed.state).toBe('failed');
  expect(failed.steps.at(-1)).toMatchObject({ learned_from: 'statement', evidence: 'line:l-1' });
  expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 10_000, held_minor: 0 });
});

it('a statement leads out of the unknown by either name, once however often it is read', async () => {
  const withdrawal = await payouts.sent(ada, 4_000, 'Ada Deaf');
  await payouts.reached(withdrawal, 'unknown');
  const line = { reference: withdrawal.id, fact: 'paid' as const, lineId: newId() };
  expect(await statement([line, line, { ...line, reference: newId() }])).toEqual([
    withdrawal.id,
    withdrawal.id,
    undefined,
  ]);
  await statement([line]);
  const paid = await payouts.one(withdrawal.id);
  expect([paid.state, paid.steps.filter((step) => step.to_state === 'paid').length]).toEqual(['paid', 1]);
  expect(await payouts.bookedOut(withdrawal.id)).toBe(4_000);

  const other = await payouts.sent(ada, 3_000);
  const { provider_reference: reference } = await payouts.reached(other, 'paid');
  const back = { reference: reference ?? '', fact: 'returned' as const, lineId: newId() };
  await Promise.all([statement([back]), statement([back]), payouts.tell(other.id, 'returned')]);
  expect((await payouts.one(other.id)).state).toBe('returned');
  expect(await payouts.bookedOut(other.id)).toBe(0);
  expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 6_000, held_minor: 0 });
});

it('the database itself lets nothing leave the unknown without evidence, and nothing go on that too few approved', async () => {
  const withdrawal = await payouts.requested(ada, 4_000);
  const step = (learnedFrom: string, evidence: string | null) =>
    payouts.house.service.query(
      `INSERT INTO withdrawal_steps (id, withdrawal_id, from_state, to_state, learned_from, evidence) VALUES ($1, $2, 'unknown', 'failed', $3, $4)`,
      [newId(), withdrawal.id, learnedFrom, evidence],
    );
  await expect(step('person', 'somebody said so')).rejects.toThrow('unknown_is_left_on_evidence');
  await expect(step('query', null)).rejects.toThrow('unknown_is_left_on_evidence');
  await expect(
    payouts.house.service.query(`UPDATE wallet_withdrawals SET state = 'held' WHERE id = $1`, [withdrawal.id]),
  ).rejects.toThrow('withdrawals_are_approved');
});

it('WAL-04: batches are gathered at the times that were set, by the job, once', async () => {
  await payouts.set({ batch_times: ['16:00'] });
  const { id } = await payouts.approved(ada, 4_000);
  const jobs = payouts.house.service.app.get(Jobs);
  await jobs.runByHand('gather-payouts');
  expect((await payouts.one(id)).batch_id).toBeNull();
  clock.advance(5 * hourMs);
  await Promise.all([jobs.runByHand('gather-payouts'), jobs.runByHand('gather-payouts')]);
  const { batch_id: batchId } = await payouts.reached({ id }, 'paid');
  const { body } = await payouts.finance.get<Page<BatchDto>>('/api/v1/payouts/batches', { query: { currency: 'EUR' } });
  expect(body.data[0]).toMatchObject({ id: batchId, withdrawals: 1, total_minor: 4_000, paid_minor: 4_000, open: 0 });
  expect(body.data[0]?.gathered_by).toBe('gather-payouts');
  expect((await jobs.history('gather-payouts')).filter(({ progress }) => progress['done'] === 1)).toHaveLength(1);
  const nothing = await payouts.finance.post('/api/v1/payouts/batches', { currency: 'EUR' });
  expect([nothing.status, nothing.problem?.code]).toEqual([422, 'nothing_to_gather']);
});

it('many at once gather each withdrawal into one batch', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    const member = await payouts.house.rich(2_000);
    ids.push((await payouts.approved(member, 1_000)).id);
  }
  const gather = () =>
    payouts.finance.post<{ lines: { withdrawal_id: string }[] }>('/api/v1/payouts/batches', { currency: 'EUR' });
  const made = (await Promise.all([gather(), gather(), gather()])).filter(({ status }) => status === 201);
  const lines = made.flatMap(({ body }) => body.lines.map((line) => line.withdrawal_id));
  expect([...lines].sort()).toEqual([...ids].sort());
});
