import { databaseError } from '@florin/database';
import { Refusal } from '@florin/kernel';

/** Whether a write failed because it counts in a month that was closed for one of its accounts. */
export function isClosedMonth(error: unknown): boolean {
  return databaseError(error)?.constraint === 'close_month_is_closed';
}

/** Throws it on, as a refusal where a closed month said no. The transaction is spent. */
export function refuseClosedMonth(error: unknown): never {
  if (!isClosedMonth(error)) throw error;
  throw Refusal.field(
    'unprocessable',
    'effective_at',
    'period_closed',
    'That month is closed for one of the accounts.',
  );
}
