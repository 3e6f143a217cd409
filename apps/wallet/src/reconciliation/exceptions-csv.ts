import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import type { ExceptionDto, ExceptionFilter } from './exception.dto';
import type { ExceptionsRepository } from './exceptions.repository';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const rowsAtOnce = 500;
const columns: (keyof ExceptionDto)[] = [
  'id',
  'account_id',
  'kind',
  'state',
  'resolution',
  'currency',
  'amount_minor',
  'line_id',
  'target_kind',
  'target_id',
  'detail',
  'reason',
  'assigned_to',
  'proposed_by',
  'resolved_by',
  'match_id',
  'opened_at',
  'resolved_at',
];

/**
 * All exceptions that the filter lets through, as CSV (RFC 4180), read in pages while they are sent. What a spreadsheet would take for a
 * formula gets an apostrophe before it: a bank's text, or a person's reason, must not run on the desk of whoever opens the file.
 */
export function exceptionsAsCsv(
  exceptions: ExceptionsRepository,
  source: Queries,
  merchantId: string,
  filter: ExceptionFilter,
): Readable {
  return Readable.from(pages(exceptions, source, merchantId, filter));
}

async function* pages(
  exceptions: ExceptionsRepository,
  source: Queries,
  merchantId: string,
  filter: ExceptionFilter,
): AsyncGenerator<string> {
  yield written([], true);
  let after: string | null = null;
  for (;;) {
    const rows: ExceptionDto[] = await exceptions.list(source, merchantId, filter, after, rowsAtOnce);
    if (rows.length > 0) yield written(rows, false);
    const last = rows.at(-1);
    if (!last || rows.length < rowsAtOnce) return;
    after = last.id;
  }
}

function written(rows: readonly ExceptionDto[], header: boolean): string {
  return stringify([...rows], {
    columns,
    header,
    record_delimiter: '\r\n',
    escape_formulas: true,
    cast: { date: (date) => date.toISOString() },
  });
}
