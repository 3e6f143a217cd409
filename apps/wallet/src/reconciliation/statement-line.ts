import { Refusal } from '@florin/kernel';

/** What a line is about, in our words; each source has its own for them. */
export const lineCategories = ['payment', 'refund', 'payout', 'fee', 'dispute', 'other'] as const;
export type LineCategory = (typeof lineCategories)[number];

/** One booked line of a statement. */
export interface StatementLine {
  /** Where it stands in the file, for a person who looks it up. */
  fileLine: number;
  /** The source's own id of it: what makes it known when it comes again. */
  reference: string;
  /** yyyy-mm-dd. */
  bookedOn: string;
  valueOn: string | null;
  /** Signed minor units: what the account's balance changes by. */
  amountMinor: number;
  /** What the source kept for itself of the gross amount: gross = amount + fee. */
  feeMinor: number;
  category: LineCategory;
  /** The reference that whoever ordered it gave along. */
  endToEndId: string | null;
  /** The processor's id of the charge, refund or payout behind it. */
  providerReference: string | null;
  description: string | null;
}

/** A balance that a statement names, and where. */
export interface StatedBalance {
  amountMinor: number;
  fileLine: number;
}

export interface ParsedStatement {
  /** The source's id of the statement; null where it has none. */
  reference: string | null;
  opening: StatedBalance | null;
  closing: StatedBalance | null;
  lines: StatementLine[];
  /** Not booked yet: counted, and waited for. */
  pending: { count: number; sumMinor: number };
}

/** The largest file that is read, and the most lines of it: both bound the memory of one import. */
export const mostBytes = 16 * 1024 * 1024;
export const mostLines = 100_000;
/** A reference longer than this is none that a bank gives. */
export const longestReference = 140;
export const longestDescription = 300;

/** Something is wrong with the file, at a line and, where it has columns, in one of them. */
export function fileFault(code: string, detail: string, line?: number, column?: string): Refusal {
  const place = line === undefined ? '' : `Line ${line}${column === undefined ? '' : `, ${column}`}: `;
  return Refusal.field(
    'unprocessable',
    line === undefined ? 'body' : `body.line_${line}${column === undefined ? '' : `.${fieldName(column)}`}`,
    code,
    `${place}${detail}`,
  );
}

/** Counts lines and refuses the first too many. */
export function boundLines(count: number, fileLine: number): void {
  if (count > mostLines)
    throw new Refusal(
      'too_large',
      'statement_too_long',
      `A statement may have ${mostLines} lines; this one goes on at line ${fileLine}. Send it in parts.`,
    );
}

const fieldName = (column: string): string => column.replace(/[^A-Za-z0-9_]+/g, '_').slice(0, 60);
