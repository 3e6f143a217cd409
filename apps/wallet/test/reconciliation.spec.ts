import { reconciliationCompleted, reconciliationExceptionRaised } from '@florin/contracts';
import { House } from './house';
import { camt, stripeReport, today } from './reconciliation/files';
import { Office } from './reconciliation/office';

let house: House;
let office: Office;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => (office = await Office.open(house)));

it('GAP-WAL-11: a charge, its fee and the payout go from the clearing account to the bank, each by the statement that shows it', async () => {
  const clearing = await office.onBooks('card-clearing');
  const fees = await office.onBooks('processor-fees');
  const { intent, id } = await office.charged(10_000);
  const payout = `po_${id}`;
  const imported = await office.take(
    office.processor,
    stripeReport([
      { category: 'charge', gross: 10_000, fee: 320, intent, ref: id },
      { category: 'payout', gross: -9_680, description: `STRIPE PAYOUT ${payout}` },
    ]),
  );
  expect(imported.statements).toMatchObject([{ lines: 2, fresh_lines: 2, known_lines: 0, pending_lines: 0 }]);
  expect(await office.lines(imported)).toMatchObject([
    { amount_minor: 9_680, fee_minor: 320, category: 'payment', state: 'matched', rule: 'named' },
    { amount_minor: -9_680, category: 'payout', state: 'matched', rule: 'paid-out' },
  ]);
  expect(await office.onBooks('card-clearing')).toBe(clearing);
  expect((await office.onBooks('processor-fees')) - fees).toBe(320);
  expect(await office.onBooks('transit')).toBe(9_680);
  expect(await office.onBooks(`statement:${office.processor.id}`)).toBe(0);

  const bank = camt({
    iban: office.bank.external_id,
    opening: 1_000,
    entries: [{ amount: 9_680, reference: 'B-1', remittance: payout }],
  });
  expect(await office.lines(await office.take(office.bank, bank))).toMatchObject([{ state: 'matched', rule: 'named' }]);
  expect(await office.onBooks('transit')).toBe(0);
  expect(await office.onBooks(`statement:${office.bank.id}`)).toBe(9_680);
  expect(await office.report(office.bank)).toMatchObject({
    matched: { lines: 1, amount_minor: 9_680 },
    statement_minor: 10_680,
    ledger_minor: 9_680,
    ledger_now_minor: 9_680,
    difference_minor: 1_000,
    unexplained_minor: 0,
    exceptions: [],
  });
  expect(await house.faultsInBooks()).toEqual([]);
});

it('GAP-WAL-11: the same file again gives the same answer and nothing is posted twice', async () => {
  const { intent } = await office.charged(5_000);
  const report = stripeReport([{ category: 'charge', gross: 5_000, fee: 100, intent }]);
  const first = await office.take(office.processor, report);
  const before = await office.onBooks(`statement:${office.processor.id}`);
  expect(await office.take(office.processor, report)).toEqual(first);
  await office.reconcile();
  expect(await office.onBooks(`statement:${office.processor.id}`)).toBe(before);
  expect(await office.matches(office.processor)).toHaveLength(1);
});

it('GAP-WAL-11: what nothing explains is an exception that says why, and is said', async () => {
  const paid = await office.charged(3_000);
  const other = await office.charged(4_000);
  const imported = await office.take(
    office.processor,
    stripeReport([
      { category: 'charge', gross: 3_000, intent: paid.intent },
      { category: 'charge', gross: 3_000, intent: paid.intent, id: 'txn_again' },
      { category: 'charge', gross: 4_500, intent: other.intent },
      { category: 'charge', gross: 100, intent: 'pi_of_somebody_else' },
      { category: 'other', gross: 77 },
    ]),
  );
  expect((await office.lines(imported)).map(({ state }) => state)).toEqual(['matched', 'open', 'open', 'open', 'open']);
  const exceptions = await office.exceptions(office.processor);
  expect(exceptions.map(({ kind }) => kind).sort()).toEqual(
    ['amount_differs', 'duplicate', 'unknown_reference', 'unmatched_line'].sort(),
  );
  expect(exceptions.find(({ kind }) => kind === 'amount_differs')?.detail).toContain('40.00');
  for (const { id } of exceptions) await house.said(reconciliationExceptionRaised, { exceptionId: id });
  await house.said(reconciliationCompleted, { accountId: office.processor.id, exceptionsRaised: 4 });
  await office.reconcile();
  expect(await office.exceptions(office.processor)).toHaveLength(4);
});

it('overlapping files bring each line once, also where several are alike', async () => {
  const line = (id: string, day: number) => ({ id, category: 'other' as const, gross: 500, day: today(day) });
  const first = await office.take(office.processor, stripeReport([line('a', 3), line('b', 2), line('b', 2)]));
  const second = await office.take(
    office.processor,
    stripeReport([line('b', 2), line('b', 2), line('b', 2), line('c', 1)]),
  );
  expect(first.statements).toMatchObject([{ lines: 3, fresh_lines: 3 }]);
  expect(second.statements).toMatchObject([{ lines: 4, fresh_lines: 2, known_lines: 2 }]);
  expect(await house.count('reconciliation_lines WHERE account_id = $1', [office.processor.id])).toBe(5);
});

it('WAL-09, GAP-WAL-11: a payment is settled by the line that shows it, once, and captured again when the match is undone', async () => {
  const { id, intent } = await office.charged(6_000);
  const stateOf = async () =>
    (
      await house.service.query<{ state: string; fee: number; settled: number }>(
        'SELECT state, fee_minor AS fee, settled_minor AS settled FROM payment_transactions WHERE id = $1',
        [id],
      )
    )[0];
  const report = stripeReport([{ category: 'charge', gross: 6_000, fee: 210, intent }]);
  const [before, clearing] = [await office.onBooks('processor-fees'), await office.onBooks('card-clearing')];
  await office.take(office.processor, report);
  expect(await stateOf()).toEqual({ state: 'settled', fee: 210, settled: 6_000 });
  const [match] = await office.matches(office.processor);
  expect(match).toMatchObject({
    rule: 'named',
    line_minor: 5_790,
    fee_minor: 210,
    target_minor: 6_000,
    made_by: 'rule',
  });
  expect(await house.booked(`reconciliation:${match?.id}`)).toHaveLength(3);

  const undo = await office.finance.post(`${office.root}/matches/${match?.id}/undo`, { reason: 'of another shop' });
  expect([undo.status, undo.body]).toMatchObject([200, { undo_journal_id: expect.any(String) }]);
  expect(await stateOf()).toEqual({ state: 'captured', fee: null, settled: 0 });
  expect(await office.onBooks('processor-fees')).toBe(before);
  expect(await office.onBooks('card-clearing')).toBe(clearing);
  expect(await office.exceptions(office.processor)).toMatchObject([
    { kind: 'unmatched_line', detail: 'Its match was undone: of another shop' },
  ]);
  // The rules would match it as before: it is left to persons now.
  await office.reconcile();
  expect((await office.lines(await office.take(office.processor, report))).map(({ state }) => state)).toEqual(['open']);
  expect(await house.faultsInBooks()).toEqual([]);
});

it('GAP-WAL-11: the metrics count what is open, by currency and kind, and the report explains every cent', async () => {
  const iban = office.bank.external_id;
  const odd = [
    { amount: 300, reference: 'O1', day: today(3) },
    { amount: -120, reference: 'O2', day: today(3) },
  ];
  await office.take(office.bank, camt({ iban, opening: 5_000, entries: odd }));
  // The statement of the day between is missing.
  await office.take(
    office.bank,
    camt({ iban, opening: 5_555, entries: [{ amount: 40, reference: 'O3', day: today(1) }] }),
  );
  const report = await office.report(office.bank);
  expect(report).toMatchObject({
    statement_minor: 5_595,
    ledger_minor: 0,
    difference_minor: 5_595,
    unexplained_minor: 0,
    open: { lines: 3, amount_minor: 220 },
    gaps: [{ amount_minor: 375 }],
    exceptions: [{ kind: 'unmatched_line', lines: 3, amount_minor: 220 }],
  });
  expect(report.explained).toEqual([
    { what: 'before_first_statement', amount_minor: 5_000 },
    { what: 'open_lines', amount_minor: 220 },
    { what: 'ignored_lines', amount_minor: 0 },
    { what: 'missing_statements', amount_minor: 375 },
  ]);
  await office.reconcile();
  const open = await house.count(`reconciliation_exceptions WHERE state <> 'resolved' AND kind = 'unmatched_line'`);
  const metrics = await house.service.http.get<string>('/metrics');
  expect(metrics.body).toMatch(
    new RegExp(`^wallet_reconciliation_differences\\{currency="EUR",kind="unmatched_line"[^}]*\\} ${open}$`, 'm'),
  );
  expect(metrics.body).toMatch(/^wallet_reconciliation_differences_minor\{/m);
});
