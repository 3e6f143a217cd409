import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import type { CsvColumns, CsvMapping } from './csv-mapping';
import { readDay } from './dates';
import { readAmount } from './decimal-amounts';
import { textOf } from './file-text';
import { keptReference, keptText } from './kept-text';
import { slicesOf } from './slices';
import { boundLines, fileFault, type LineCategory, type ParsedStatement, type StatementLine } from './statement-line';

/** Whose statement it has to be. */
export interface Expected {
  currency: string;
  externalId: string;
}

/** One record of a CSV with more characters than this is no line of a statement. */
const longestRecord = 64 * 1024;
const mostColumns = 200;

interface Parsed {
  record: string[];
  info: Info;
}

/**
 * Reads a statement in CSV by the mapping of its account. Refuses, with line and column: what is no CSV, a column that is missing,
 * an amount or a day that is none, another currency or account, a running balance that the amounts do not explain.
 */
export async function readCsv(bytes: Buffer, mapping: CsvMapping, expected: Expected): Promise<ParsedStatement> {
  const text = textOf(bytes, mapping.encoding);
  const parser = parse({
    bom: true,
    delimiter: mapping.delimiter,
    info: true,
    skip_empty_lines: true,
    from_line: mapping.skip_lines + 1,
    max_record_size: longestRecord,
    trim: true,
  });
  const source = Readable.from(slicesOf(text));
  // An error of the source ends the parser, whose error the loop below throws.
  source.on('error', (error) => parser.destroy(error));
  const reading = new CsvReading(mapping, expected);
  try {
    for await (const parsed of source.pipe(parser) as AsyncIterable<Parsed>) reading.take(parsed);
  } catch (error) {
    throw error instanceof CsvError ? brokenCsv(error) : error;
  }
  return reading.done();
}

function brokenCsv(error: CsvError): Error {
  const line = typeof error['lines'] === 'number' ? error['lines'] : undefined;
  const column = typeof error['column'] === 'number' ? `column ${error['column'] + 1}` : undefined;
  const reasons: Record<string, string> = {
    CSV_QUOTE_NOT_CLOSED: 'A quote is opened and never closed.',
    CSV_MAX_RECORD_SIZE: `A line is longer than ${longestRecord} characters.`,
    CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'The line has another number of columns than the first.',
    CSV_INVALID_CLOSING_QUOTE: 'Something stands between a closing quote and the delimiter.',
    INVALID_OPENING_QUOTE: 'A quote stands in the middle of a field.',
  };
  return fileFault('csv_malformed', reasons[error.code] ?? 'This is no CSV.', line, column);
}

/** Takes records one by one; the first is the header. */
class CsvReading {
  private columns: Map<keyof CsvColumns, number> | undefined;
  private readonly lines: StatementLine[] = [];
  private readonly pending = { count: 0, sumMinor: 0 };
  private balances: { first: number; last: number; firstLine: number; lastLine: number } | undefined;

  constructor(
    private readonly mapping: CsvMapping,
    private readonly expected: Expected,
  ) {}

  take({ record, info }: Parsed): void {
    if (!this.columns) this.columns = this.header(record, info.lines);
    else this.line(record, info.lines, this.columns);
  }

  done(): ParsedStatement {
    if (!this.columns) throw fileFault('statement_empty', 'The file has no header.');
    const { balances } = this;
    return {
      reference: null,
      opening: balances ? { amountMinor: balances.first, fileLine: balances.firstLine } : null,
      closing: balances ? { amountMinor: balances.last, fileLine: balances.lastLine } : null,
      lines: this.lines,
      pending: this.pending,
    };
  }

  private header(names: readonly string[], line: number): Map<keyof CsvColumns, number> {
    if (names.length > mostColumns)
      throw fileFault('csv_malformed', `There are more than ${mostColumns} columns.`, line);
    const wanted = Object.entries(this.mapping.columns) as [keyof CsvColumns, string][];
    return new Map(
      wanted.flatMap(([column, name]): [keyof CsvColumns, number][] => {
        const index = names.indexOf(name);
        // Ids and words may be missing in a shorter report; without these four it is no statement.
        const isNeeded = ['reference', 'booked_on', 'amount', 'debit', 'credit', 'balance'].includes(column);
        if (index === -1 && isNeeded) throw fileFault('column_missing', `There is no column "${name}".`, line, name);
        return index === -1 ? [] : [[column, index]];
      }),
    );
  }

  private line(record: readonly string[], fileLine: number, columns: ReadonlyMap<keyof CsvColumns, number>): void {
    const cell = (column: keyof CsvColumns): string => record[columns.get(column) ?? -1] ?? '';
    this.checkOwner(cell, fileLine);
    const amountMinor = this.amountOf(cell, fileLine, columns);
    if (this.mapping.pending.includes(cell('status'))) {
      this.pending.count += 1;
      this.pending.sumMinor += amountMinor;
      return;
    }
    boundLines(this.lines.length + 1, fileLine);
    const fee = cell('fee');
    const reference = keptReference(cell('reference'));
    if (reference === null) throw this.fault('reference_missing', 'The line has no reference.', fileLine, 'reference');
    this.lines.push({
      fileLine,
      reference,
      bookedOn: this.dayOf(cell('booked_on'), fileLine, 'booked_on'),
      valueOn: cell('value_on') === '' ? null : this.dayOf(cell('value_on'), fileLine, 'value_on'),
      amountMinor,
      feeMinor: fee === '' ? 0 : this.read(fee, fileLine, 'fee'),
      category: this.categoryOf(cell('category')),
      endToEndId: keptReference(cell('end_to_end_id')),
      providerReference: keptReference(cell('provider_reference')),
      description: keptText(cell('description')),
    });
    if (columns.has('balance')) this.balance(this.read(cell('balance'), fileLine, 'balance'), amountMinor, fileLine);
  }

  private checkOwner(cell: (column: keyof CsvColumns) => string, line: number): void {
    const [currency, account] = [cell('currency').toUpperCase(), cell('account').replaceAll(' ', '')];
    if (currency !== '' && currency !== this.expected.currency)
      throw this.fault('currency_differs', `The account is kept in ${this.expected.currency}.`, line, 'currency');
    if (account !== '' && account !== this.expected.externalId)
      throw this.fault('account_differs', 'The line is of another account.', line, 'account');
  }

  private amountOf(
    cell: (column: keyof CsvColumns) => string,
    line: number,
    columns: ReadonlyMap<keyof CsvColumns, number>,
  ): number {
    if (columns.has('amount')) return this.read(cell('amount'), line, 'amount');
    const [debit, credit] = [cell('debit'), cell('credit')];
    if ((debit === '') === (credit === ''))
      throw this.fault('amount_missing', 'Exactly one of debit and credit must be there.', line, 'credit');
    return debit === '' ? this.read(credit, line, 'credit') : 0 - Math.abs(this.read(debit, line, 'debit'));
  }

  private read(text: string, line: number, column: keyof CsvColumns): number {
    const { decimal, amounts_in_minor: inMinor } = this.mapping;
    const minor = readAmount(text, { currency: this.expected.currency, decimal, inMinor });
    if (minor === undefined)
      throw this.fault('amount_invalid', `This is no amount of ${this.expected.currency}.`, line, column);
    return minor;
  }

  private dayOf(text: string, line: number, column: keyof CsvColumns): string {
    const day = readDay(text, this.mapping.date_format);
    if (day === undefined)
      throw this.fault('day_invalid', `This is no day as ${this.mapping.date_format}.`, line, column);
    return day;
  }

  private categoryOf(word: string): LineCategory {
    return Object.hasOwn(this.mapping.categories, word) ? (this.mapping.categories[word] ?? 'other') : 'other';
  }

  /** The balance after each line must follow from the one before: a line that is missing shows here, at its place. */
  private balance(after: number, amountMinor: number, fileLine: number): void {
    this.balances ??= {
      first: after - amountMinor,
      last: after - amountMinor,
      firstLine: fileLine,
      lastLine: fileLine,
    };
    if (this.balances.last + amountMinor !== after)
      throw this.fault('balance_unexplained', 'The balance does not follow from the line before.', fileLine, 'balance');
    this.balances.last = after;
    this.balances.lastLine = fileLine;
  }

  private fault(code: string, detail: string, line: number, column: keyof CsvColumns): Error {
    return fileFault(code, detail, line, this.mapping.columns[column] ?? column);
  }
}
