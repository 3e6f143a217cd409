import { Readable } from 'node:stream';
import { writeAmount } from './decimal-amounts';
import type { ExceptionDto, ExceptionFilter } from './exception.dto';
import type { ExceptionsRepository } from './exceptions.repository';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const rowsAtOnce = 500;
const columns =
  'id,account_id,kind,state,resolution,currency,amount,line_id,target_kind,target_id,detail,reason,assigned_to,resolved_by,opened_at,resolved_at';

/**
 * A cell of a CSV. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection): a bank's text, or a
 * person's reason, must not run on the desk of whoever opens the file. Numbers of ours are none of these texts.
 */
export function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) || harmless !== text ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** All exceptions that the filter lets through, as CSV, read in pages while they are sent. */
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
  yield `${columns}\r\n`;
  let after: string | null = null;
  for (;;) {
    const rows: ExceptionDto[] = await exceptions.list(source, merchantId, filter, after, rowsAtOnce);
    if (rows.length > 0) yield rows.map(lineOf).join('');
    const last = rows.at(-1);
    if (!last || rows.length < rowsAtOnce) return;
    after = last.id;
  }
}

function lineOf(row: ExceptionDto): string {
  const texts = [row.detail, row.reason, row.assigned_to, row.resolved_by].map((text) => cell(text ?? ''));
  const amount = writeAmount(row.amount_minor, row.currency);
  const words = [row.id, row.account_id, row.kind, row.state, row.resolution ?? '', row.currency, amount];
  const about = [row.line_id ?? '', row.target_kind ?? '', row.target_id ?? ''];
  const times = [row.opened_at.toISOString(), row.resolved_at?.toISOString() ?? ''];
  return `${[...words, ...about, ...texts, ...times].join(',')}\r\n`;
}
