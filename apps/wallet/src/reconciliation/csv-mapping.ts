import type { DateFormat } from './dates';
import type { LineCategory } from './statement-line';

/** How the CSV of a source reads: the names of its columns, and in which notation they are. Data of each account, not code. */
export interface CsvMapping {
  delimiter: ',' | ';' | '\t' | '|';
  encoding: 'utf-8' | 'iso-8859-1' | 'windows-1252';
  decimal: '.' | ',';
  /** Whole minor units instead of decimal amounts. */
  amounts_in_minor: boolean;
  date_format: DateFormat;
  /** Lines above the header. */
  skip_lines: number;
  columns: CsvColumns;
  /** The source's words in the category column → ours; any other word is `other`. */
  categories: Record<string, LineCategory>;
  /** Words in the status column of lines that are not booked yet. */
  pending: string[];
}

export interface CsvColumns {
  reference: string;
  booked_on: string;
  value_on?: string;
  /** What the balance changes by; where it is not named, `debit` and `credit` are. */
  amount?: string;
  debit?: string;
  credit?: string;
  fee?: string;
  currency?: string;
  account?: string;
  category?: string;
  status?: string;
  end_to_end_id?: string;
  provider_reference?: string;
  description?: string;
  /** The balance after each line. */
  balance?: string;
}

/**
 * Stripe's report "Balance change from activity", itemized (https://docs.stripe.com/reports/report-types#schema-balance-change-from-activity-itemized-3):
 * the amounts are decimal, `net` = `gross` − `fee`, and our payment's id comes back as metadata.
 */
const stripe: CsvMapping = {
  delimiter: ',',
  encoding: 'utf-8',
  decimal: '.',
  amounts_in_minor: false,
  date_format: 'YYYY-MM-DD',
  skip_lines: 0,
  columns: {
    reference: 'balance_transaction_id',
    booked_on: 'created_utc',
    value_on: 'available_on_utc',
    amount: 'net',
    fee: 'fee',
    currency: 'currency',
    category: 'reporting_category',
    end_to_end_id: 'payment_metadata[ref]',
    provider_reference: 'payment_intent_id',
    description: 'description',
  },
  categories: {
    charge: 'payment',
    refund: 'refund',
    payout: 'payout',
    fee: 'fee',
    dispute: 'dispute',
    dispute_reversal: 'dispute',
  },
  pending: [],
};

/** A bank's export in plain columns, where nothing better is said. */
const bank: CsvMapping = {
  delimiter: ',',
  encoding: 'utf-8',
  decimal: '.',
  amounts_in_minor: false,
  date_format: 'YYYY-MM-DD',
  skip_lines: 0,
  columns: {
    reference: 'reference',
    booked_on: 'booked_on',
    amount: 'amount',
    currency: 'currency',
    end_to_end_id: 'end_to_end_id',
    description: 'description',
    balance: 'balance',
  },
  categories: {},
  pending: [],
};

export const mappingFor = (kind: 'bank' | 'processor'): CsvMapping => (kind === 'processor' ? stripe : bank);
