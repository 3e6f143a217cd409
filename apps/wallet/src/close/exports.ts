import { stringify } from 'csv-stringify/sync';
import { endOf } from '../liability/months';
import { type CohortLine, programLines } from './close-period';
import type { Close } from './closes.repository';
import type { GlMap } from './gl-accounts';

/** One cohort a row, every column of the roll-forward; amounts in minor units. */
export function cohortsCsv({ period }: Pick<Close, 'period'>, lines: readonly CohortLine[]): string {
  return csv(lines.map((line) => ({ period, ...line })));
}

/**
 * The month as double-entry lines for the merchant's own general ledger: debit and credit in minor units, one of them empty,
 * each journal balanced. An amount below zero changes sides.
 */
export function journalCsv(
  { id, period }: Pick<Close, 'id' | 'period'>,
  lines: readonly CohortLine[],
  accounts: GlMap,
): string {
  const date = endOf(period).toISOString().slice(0, 10);
  const { sales, contract_liability: liability, points_revenue: revenue, breakage_income: breakage } = accounts;
  const rows = programLines(lines).flatMap((line) => {
    const booked: [text: string, debit: string, credit: string, amountMinor: number][] = [
      ['points deferred', sales, liability, line.additions_minor],
      ['points clawed back', liability, sales, line.clawed_back_minor],
      ['points redeemed', liability, revenue, line.redeemed_minor],
      ['breakage true-up', liability, breakage, line.breakage_minor],
      ['points expired', liability, breakage, line.expired_minor],
    ];
    return booked.flatMap(([text, debit, credit, amountMinor], index) => {
      if (amountMinor === 0) return [];
      const [from, to] = amountMinor > 0 ? [debit, credit] : [credit, debit];
      const of = { date, journal: `${id}/${line.program_id}/${index + 1}`, text, program_id: line.program_id };
      const amount = Math.abs(amountMinor);
      return [
        { ...of, account: from, currency: line.currency, debit_minor: amount, credit_minor: '' },
        { ...of, account: to, currency: line.currency, debit_minor: '', credit_minor: amount },
      ];
    });
  });
  return csv(rows, ['date', 'journal', 'text', 'program_id', 'account', 'currency', 'debit_minor', 'credit_minor']);
}

/** Account names are a merchant's own: what a spreadsheet would take for a formula is quoted. */
function csv(rows: readonly object[], columns?: string[]): string {
  return stringify([...rows], { header: true, escape_formulas: true, record_delimiter: 'windows', columns });
}
