import { newId } from '@florin/kernel';
import type { Answer, HttpClient } from '@florin/testing';
import type { ExceptionDetailDto, ExceptionDto } from '../src/reconciliation/exception.dto';
import { House, type Page } from './house';
import { camt, stripeReport } from './reconciliation/files';
import { Office } from './reconciliation/office';

let house: House;
let office: Office;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => (office = await Office.open(house)));

/** Lines that nothing explains, of those amounts, and their exceptions in that order. */
async function unexplained(...amounts: number[]): Promise<ExceptionDto[]> {
  await office.take(office.processor, stripeReport(amounts.map((gross) => ({ category: 'other', gross }))));
  const found = await office.exceptions(office.processor);
  return amounts.map((amount) => found.find(({ amount_minor: minor }) => minor === amount) as ExceptionDto);
}

const act = (
  who: HttpClient,
  exception: ExceptionDto | undefined,
  verb: string,
  body: object = {},
): Promise<Answer<ExceptionDetailDto>> => who.post(`${office.root}/exceptions/${exception?.id}/${verb}`, body);

const reason = { reason: 'a test of ours' };

it('GAP-WAL-11: a person says what a line is about, with the fee that it does not name', async () => {
  const { id } = await office.charged(7_000);
  const [exception] = await unexplained(6_800);
  const wrong = await act(office.finance, exception, 'match', { ...reason, targets: [{ kind: 'payment', id }] });
  expect([wrong.status, wrong.problem?.code]).toEqual([422, 'sums_differ']);
  const input = { ...reason, targets: [{ kind: 'payment', id }], fee_minor: 200 };
  const right = await act(office.finance, exception, 'match', input);
  expect([right.status, right.body]).toMatchObject([
    200,
    {
      state: 'resolved',
      resolution: 'matched',
      reason: reason.reason,
      match_id: expect.any(String),
      steps: [{ step: 'raised' }, { step: 'matched' }],
    },
  ]);
  expect(await house.count(`payment_transactions WHERE id = $1 AND state = 'settled' AND fee_minor = 200`, [id])).toBe(
    1,
  );
  const [other] = await unexplained(7_000);
  const taken = await act(office.finance, other, 'match', { ...reason, targets: [{ kind: 'payment', id }] });
  expect([taken.status, taken.problem?.code]).toEqual([409, 'target_matched']);
  const missing = await act(office.finance, other, 'match', { ...reason, targets: [{ kind: 'payment', id: newId() }] });
  expect([missing.status, missing.problem?.code]).toEqual([422, 'target_not_found']);
});

it('GAP-WAL-11: a small difference is written off by one person, a large one by two, and never by the one who proposed it', async () => {
  const before = await office.onBooks('reconciliation-differences');
  const [small, large] = await unexplained(40, -9_000);
  expect((await act(office.finance, small, 'write-off', reason)).body).toMatchObject({
    state: 'resolved',
    resolution: 'written_off',
  });
  expect((await office.onBooks('reconciliation-differences')) - before).toBe(-40);
  const ada = office.colleague();
  expect((await act(ada, large, 'approve')).problem?.code).toBe('nothing_proposed');
  expect((await act(ada, large, 'write-off', reason)).body).toMatchObject({ state: 'proposed' });
  expect(await office.onBooks('reconciliation-differences')).toBe(before - 40);
  const alone = await act(ada, large, 'approve');
  expect([alone.status, alone.problem?.code]).toEqual([403, 'second_person_needed']);
  expect((await act(office.colleague(), large, 'reject', reason)).body).toMatchObject({
    state: 'open',
    proposed_by: null,
  });
  await act(ada, large, 'write-off', reason);
  const done = await act(office.colleague(), large, 'approve');
  expect(done.body).toMatchObject({ state: 'resolved', resolution: 'written_off' });
  expect(done.body.steps.map(({ step }) => step)).toEqual([
    'raised',
    'write-off proposed',
    'write-off rejected',
    'write-off proposed',
    'write-off approved',
  ]);
  expect((await office.onBooks('reconciliation-differences')) - before).toBe(9_000 - 40);
  expect(await office.onBooks(`statement:${office.processor.id}`)).toBe(40 - 9_000);
  expect(await house.faultsInBooks()).toEqual([]);
});

it('of ten who resolve one exception at once, one wins, whatever they want', async () => {
  const [exception] = await unexplained(300);
  const wishes = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? 'write-off' : 'ignore'));
  const answers = await Promise.all(wishes.map((verb) => act(office.colleague(), exception, verb, reason)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
  expect(new Set(answers.filter(({ status }) => status === 409).map(({ problem }) => problem?.code))).toEqual(
    new Set(['exception_resolved']),
  );
  const written = await house.count('reconciliation_match_lines WHERE line_id = $1', [exception?.line_id]);
  expect(written).toBe(
    answers[0]?.body.resolution === 'written_off' || answers.some(({ body }) => body.resolution === 'written_off')
      ? 1
      : 0,
  );
});

it('what is ignored moves no money, stays in the report, and can be assigned before', async () => {
  const [exception] = await unexplained(1_234);
  const somebody = newId();
  expect((await act(office.finance, exception, 'assign', { assigned_to: somebody })).body).toMatchObject({
    assigned_to: somebody,
  });
  const mine = await office.finance.get<{ data: ExceptionDto[] }>(`${office.root}/exceptions`, {
    query: { assigned_to: somebody },
  });
  expect(mine.body.data.map(({ id }) => id)).toEqual([exception?.id]);
  expect((await act(office.finance, exception, 'ignore', reason)).body).toMatchObject({ resolution: 'ignored' });
  expect(await office.onBooks(`statement:${office.processor.id}`)).toBe(0);
  expect(await office.report(office.processor)).toMatchObject({ ignored: { lines: 1, amount_minor: 1_234 } });
});

it('a payment that no line explains in its days is an exception, and ends when its line comes', async () => {
  const { id, intent } = await office.charged(2_100);
  await house.service.query(`UPDATE payment_transactions SET created_at = now() - interval '9 days' WHERE id = $1`, [
    id,
  ]);
  await office.reconcile();
  // Of several accounts at processors the first to look raises it.
  const query = { kind: 'target_missing', limit: 100 };
  const queue = await office.finance.get<Page<ExceptionDto>>(`${office.root}/exceptions`, { query });
  const missing = queue.body.data.find(({ target_id: target }) => target === id);
  expect(missing).toMatchObject({ kind: 'target_missing', target_kind: 'payment', amount_minor: 2_100, line_id: null });
  const off = await act(office.finance, missing, 'write-off', reason);
  expect([off.status, off.problem?.code]).toEqual([422, 'exception_without_line']);
  await office.take(office.processor, stripeReport([{ category: 'charge', gross: 2_100, intent }]));
  const after = await office.finance.get<ExceptionDetailDto>(`${office.root}/exceptions/${missing?.id}`);
  expect(after.body).toMatchObject({ state: 'resolved', resolution: 'matched', resolved_by: 'rule' });
});

it('SEC-13: the export is CSV in which nothing is a formula, of the own merchant alone', async () => {
  const evil = ['=HYPERLINK("http://evil")', '+1', '-2', '@SUM(A1)', '\tx'];
  const exceptions = await unexplained(...evil.map((_, n) => 100 + n));
  for (const [n, text] of evil.entries()) await act(office.finance, exceptions[n], 'ignore', { reason: text });
  const answer = await office.finance.get<string>(`${office.root}/exceptions/export`, {
    query: { account_id: office.processor.id },
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  const rows = answer.body.trimEnd().split('\r\n');
  expect(rows).toHaveLength(1 + evil.length);
  expect(
    rows.flatMap((row) => row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)).filter((one) => /^"?[=+@\t]/.test(one)),
  ).toEqual([]);
  expect(answer.body).toContain(`"'=HYPERLINK(""http://evil"")"`);
  const stranger = house.staff('finance_ops', [newId()]);
  expect((await stranger.get<string>(`${office.root}/exceptions/export`)).body.trimEnd().split('\r\n')).toHaveLength(1);
  expect((await act(stranger, exceptions[0], 'ignore', reason)).status).toBe(404);
});

it('DIF-WAL-5: only the bank’s line leads a payout out of unknown, and its return gives the money back', async () => {
  const member = await house.rich(5_000);
  const id = newId();
  await house.service.query(
    `INSERT INTO payout_beneficiaries (id, merchant_id, member_id, slot, sealed, fingerprint, iban_masked, holder_masked, country, verification, created_at)
     VALUES ($1, $2, $3, 1, 'x', 'x', 'x', 'x', 'DE', 'verified', now() - interval '30 days')`,
    [id, house.merchantId, member.id],
  );
  const asked = await member.http.post<{ id: string; state: string }>('/api/v1/withdrawals', {
    beneficiary_id: id,
    amount_minor: 2_000,
    currency: 'EUR',
  });
  expect([asked.status, asked.problem?.detail]).toEqual([201, undefined]);
  const batch = newId();
  await house.service.query(
    `INSERT INTO payout_batches (id, merchant_id, currency, withdrawals, total_minor, gathered_by) VALUES ($1, $2, 'EUR', 1, 2000, 'test')`,
    [batch, house.merchantId],
  );
  await house.service.query(
    `UPDATE wallet_withdrawals SET state = 'unknown', approvals_given = approvals_needed, batch_id = $2 WHERE id = $1`,
    [asked.body.id, batch],
  );
  const [row] = await house.service.query<{ minor: number }>(
    'SELECT amount_minor - fee_minor AS minor FROM wallet_withdrawals WHERE id = $1',
    [asked.body.id],
  );
  const minor = row?.minor ?? 0;
  const stateOf = async () =>
    (await member.http.get<{ state: string }>(`/api/v1/withdrawals/${asked.body.id}`)).body.state;
  const endToEndId = asked.body.id.replaceAll('-', '').toUpperCase();
  const out = camt({ iban: office.bank.external_id, entries: [{ amount: -minor, reference: 'OUT', endToEndId }] });
  expect(await office.lines(await office.take(office.bank, out))).toMatchObject([{ state: 'matched', rule: 'named' }]);
  expect(await stateOf()).toBe('paid');
  expect(await office.onBooks('payouts')).toBe(0);
  expect(await office.onBooks(`statement:${office.bank.id}`)).toBe(-minor);
  const back = camt({
    iban: office.bank.external_id,
    opening: -minor,
    entries: [{ amount: minor, reference: 'BACK', endToEndId }],
  });
  expect(await office.lines(await office.take(office.bank, back))).toMatchObject([{ state: 'matched' }]);
  expect(await stateOf()).toBe('returned');
  expect(await office.onBooks('payouts')).toBe(0);
  expect(await house.wallet(member)).toMatchObject({ posted_minor: 5_000, held_minor: 0 });
});
