import { Reads } from '@florin/database';
import { dayMs, hourMs, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { PaymentReportDto, ReportQuery } from './report.dto';
import { firstIdOf } from './time-of-ids';

/** A report reads every payment of its days: this many bound it. */
const mostDays = 366;
/** Codes that a processor gives are its own: the most frequent tell the story. */
const mostReasons = 50;

interface Counted {
  day: string;
  processor: string;
  state: string;
  payments: number;
  amount_minor: number;
  captured_minor: number;
  refunded_minor: number;
  settled_minor: number;
  fee_minor: number;
}

/**
 * What became of a merchant's payments in a currency, by the UTC day on which they were made, by processor and state. The
 * authorisation rate is of those that the processor decided about; the refund rate is of the money that was taken.
 */
@Injectable()
export class PaymentReport {
  constructor(private readonly reads: Reads) {}

  async of(merchantId: string, { from, to, currency }: ReportQuery): Promise<PaymentReportDto> {
    if (to <= from || to.getTime() - from.getTime() > mostDays * dayMs)
      throw Refusal.field('unprocessable', 'to', 'period_out_of_range', `A report covers up to ${mostDays} days.`);
    // Ids are made in the order of time: their bounds walk the index, the instants decide.
    const bounds = [firstIdOf(new Date(from.getTime() - hourMs)), firstIdOf(new Date(to.getTime() + hourMs))];
    const params = [merchantId, currency, ...bounds, from, to];
    const [rows, reasons] = await Promise.all([this.counted(params), this.reasons(params)]);
    const decided = sumOf(rows, ({ state }) => isAuthorised(state) || isRefused(state));
    const authorised = sumOf(rows, ({ state }) => isAuthorised(state));
    const capturedMinor = rows.reduce((sum, row) => sum + row.captured_minor, 0);
    const refundedMinor = rows.reduce((sum, row) => sum + row.refunded_minor, 0);
    return {
      currency,
      from,
      to,
      payments: sumOf(rows, () => true),
      captured_minor: capturedMinor,
      refunded_minor: refundedMinor,
      authorisation_rate_bps: rateOf(authorised, decided),
      refund_rate_bps: rateOf(refundedMinor, capturedMinor),
      rows,
      decline_reasons: reasons,
    };
  }

  private counted(params: readonly unknown[]): Promise<Counted[]> {
    return this.reads.query<Counted>(
      `SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, processor, state, count(*)::integer AS payments,
              sum(amount_minor)::bigint AS amount_minor, sum(captured_minor)::bigint AS captured_minor, sum(refunded_minor)::bigint AS refunded_minor,
              sum(settled_minor)::bigint AS settled_minor, coalesce(sum(fee_minor), 0)::bigint AS fee_minor
       ${ofThePeriod} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      params,
    );
  }

  private reasons(params: readonly unknown[]): Promise<PaymentReportDto['decline_reasons']> {
    return this.reads.query(
      `SELECT processor, coalesce(decline_code, 'unknown') AS code, count(*)::integer AS payments, sum(amount_minor)::bigint AS amount_minor
       ${ofThePeriod} AND state IN ('declined', 'failed', 'capture_failed') GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ${mostReasons}`,
      params,
    );
  }
}

const ofThePeriod = `FROM payment_transactions
       WHERE merchant_id = $1 AND currency = $2 AND id >= $3::uuid AND id < $4::uuid AND created_at >= $5 AND created_at < $6`;

const isRefused = (state: string): boolean => state === 'declined' || state === 'failed';
const isAuthorised = (state: string): boolean =>
  !isRefused(state) && state !== 'requested' && state !== 'unknown' && state !== 'pending';

const sumOf = (rows: readonly Counted[], which: (row: Counted) => boolean): number =>
  rows.filter(which).reduce((sum, { payments }) => sum + payments, 0);

/** Hundredths of a percent, rounded down; nothing of nothing. */
const rateOf = (part: number, whole: number): number | null =>
  whole === 0 ? null : Number((BigInt(part) * 10_000n) / BigInt(whole));

const columns = [
  'day',
  'processor',
  'state',
  'payments',
  'amount_minor',
  'captured_minor',
  'refunded_minor',
  'settled_minor',
  'fee_minor',
] as const;

/** The rows of a report as CSV (RFC 4180): words of our own, names of processors and whole numbers, none of which needs quotes. */
export function csvOf({ currency, rows }: PaymentReportDto): string {
  const lines = [
    ['currency', ...columns].join(','),
    ...rows.map((row) => [currency, ...columns.map((name) => row[name])].join(',')),
  ];
  return `${lines.join('\r\n')}\r\n`;
}
