import { stringify } from 'csv-stringify/sync';
import type { StatementDto } from './statement.dto';

const columns = [
  'posted_at',
  'effective_at',
  'kind',
  'reference',
  'counterparty_id',
  'currency',
  'amount_minor',
  'balance_after_minor',
];

/** A statement as CSV (RFC 4180): a line with the opening balance, the lines of the page, and on the last page the closing one. */
export function csvOf(statement: StatementDto, isFirst: boolean): string {
  const { currency, from, to, opening_minor, closing_minor, lines, has_more } = statement;
  const bare = (kind: string, at: Date, balance: number) => ({
    posted_at: at,
    kind,
    currency,
    balance_after_minor: balance,
  });
  return stringify(
    [
      ...(isFirst ? [bare('opening', from, opening_minor)] : []),
      ...lines,
      ...(has_more ? [] : [bare('closing', to, closing_minor)]),
    ],
    // A text that a spreadsheet would run as a formula is shown as text.
    { header: isFirst, columns, escape_formulas: true, cast: { date: (date) => date.toISOString() } },
  );
}
