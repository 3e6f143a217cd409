import { type FieldError, Refusal } from '@florin/kernel';
import { parse } from 'csv-parse/sync';
import { isInstant } from '../instants';
import { isRate } from './exchange.dto';
import type { NewRate } from './exchange.repository';

/** Lines of one file share a transaction. */
const mostLines = 1_000;
/** A file that is wrong throughout is not told line by line. */
const mostErrors = 20;

export type ReadRate = Omit<NewRate, 'id' | 'validFrom'> & { validFrom: Date | undefined };

/**
 * Reads rates from CSV (RFC 4180) with the header base, quote, rate, source and, if wanted, valid_from. Refuses with 422
 * `rates_unreadable` what is no such file, with the lines at fault.
 */
export function readRates(csv: string, isCurrency: (text: string) => boolean): ReadRate[] {
  const lines = parsed(csv);
  if (lines.length === 0 || lines.length > mostLines) throw unreadable(`A file has 1 to ${mostLines} rates.`, []);
  const errors: FieldError[] = [];
  const rates = lines.map((line, index) => {
    const fault = faultOf(line, isCurrency);
    if (fault) errors.push({ field: `csv.${index + 2}`, code: 'rate_invalid', message: `line ${index + 2}: ${fault}` });
    const { base = '', quote = '', rate = '', source = '', valid_from: validFrom = '' } = line;
    return { base, quote, rate, source, validFrom: validFrom === '' ? undefined : new Date(validFrom) };
  });
  if (errors.length > 0) throw unreadable('Some lines are no rates.', errors.slice(0, mostErrors));
  return rates;
}

type Line = Partial<Record<string, string>>;

function parsed(csv: string): Line[] {
  try {
    return parse(csv, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : 'This is no CSV.', []);
  }
}

function faultOf(
  { base = '', quote = '', rate = '', source = '', valid_from: validFrom = '' }: Line,
  isCurrency: (text: string) => boolean,
): string | undefined {
  if (!isCurrency(base) || !isCurrency(quote)) return 'base and quote must be ISO 4217 codes';
  if (base === quote) return 'a currency is always worth itself';
  if (!isRate(rate)) return 'rate must be a decimal above zero';
  if (source.length < 1 || source.length > 100) return 'source must be 1 to 100 characters';
  return validFrom === '' || isInstant(validFrom) ? undefined : 'valid_from must be an instant with a zone';
}

function unreadable(detail: string, errors: FieldError[]): Refusal {
  return new Refusal('unprocessable', 'rates_unreadable', detail, errors.length > 0 ? { errors } : {});
}
