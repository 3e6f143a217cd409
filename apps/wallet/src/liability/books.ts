import type { Tx } from '@florin/database';
import { beginningOf, laterMonth, type Month, monthAfter, monthOf } from './months';

/** When something counts: in its own month, or, when that is closed, in the first month that is open. */
export interface Dated {
  period: Month;
  /** Dated into a month that is closed. */
  late: boolean;
  effectiveAt: Date;
}

/** Where something that happened then is booked, the books being closed through the month. */
export function datedIn(at: Date, closedThrough: Month | null): Dated {
  const period = closedThrough === null ? monthOf(at) : laterMonth(monthOf(at), monthAfter(closedThrough));
  const late = monthOf(at) < period;
  return { period, late, effectiveAt: late ? beginningOf(period) : at };
}

/**
 * Through which month the merchants' books are closed. Holds the rows shared until the end of the transaction: no month is
 * closed between the decision where something counts and its booking.
 */
export async function shareBooks(tx: Tx, merchantIds: readonly string[]): Promise<Map<string, Month | null>> {
  const wanted = [...new Set(merchantIds)].sort();
  await tx.execute(
    'INSERT INTO liability_books (merchant_id) SELECT merchant_id FROM unnest($1::uuid[]) AS given (merchant_id) ORDER BY 1 ON CONFLICT DO NOTHING',
    [wanted],
  );
  const rows = await tx.query<{ merchantId: string; closedThrough: Month | null }>(
    `SELECT merchant_id AS "merchantId", closed_through AS "closedThrough" FROM liability_books
     WHERE merchant_id = ANY ($1::uuid[]) ORDER BY merchant_id FOR SHARE`,
    [wanted],
  );
  return new Map(rows.map(({ merchantId, closedThrough }) => [merchantId, closedThrough]));
}

/** The same for one merchant, alone: whoever books waits until the close is done. */
export async function lockBooks(tx: Tx, merchantId: string): Promise<Month | null> {
  await tx.execute('INSERT INTO liability_books (merchant_id) VALUES ($1) ON CONFLICT DO NOTHING', [merchantId]);
  const [row] = await tx.query<{ closedThrough: Month | null }>(
    'SELECT closed_through AS "closedThrough" FROM liability_books WHERE merchant_id = $1 FOR UPDATE',
    [merchantId],
  );
  return row?.closedThrough ?? null;
}
