import { Refusal } from '@florin/kernel';
import type { Balance, Reader } from './types';

/** A point on two axes of time. What is left out is now. */
export interface Instant {
  /** Counts only what was effective by then. */
  effectiveAt?: Date;
  /** Counts only what the ledger knew by then. */
  knownAt?: Date;
}

/** Posted, held and available of accounts, in the order asked; an unknown code is left out. */
export async function readBalances(reader: Reader, codes: readonly string[]): Promise<Balance[]> {
  const rows = await reader.query<Balance>(
    `SELECT code, asset, posted, held, posted - held AS available FROM ledger_accounts WHERE code = ANY ($1::text[])`,
    [codes],
  );
  return inOrder(codes, rows);
}

/**
 * Balances as they were at an instant, by effective date, by what was known, or both. The running balance of the last posting
 * in time gives the sum; only postings that count at another time than they were written are added up to correct it.
 * Holds have one time, that of their making: they count as at the earlier of the two. Refuses (conflict) an instant within what
 * was archived: the postings that would tell are not here.
 */
export async function readBalancesAt(reader: Reader, codes: readonly string[], instant: Instant): Promise<Balance[]> {
  const horizon = Math.min(instant.effectiveAt?.getTime() ?? Infinity, instant.knownAt?.getTime() ?? Infinity);
  if (horizon !== Infinity) await refuseArchived(reader, new Date(horizon));
  const rows = await reader.query<Balance>(
    `WITH instant AS (SELECT coalesce($2::timestamptz, 'infinity') AS effective, coalesce($3::timestamptz, 'infinity') AS known),
     earlier AS (SELECT effective, known, least(effective, known) AS horizon FROM instant)
     SELECT code, asset, posted, held, posted - held AS available FROM (
       SELECT account.code, account.asset, (coalesce(latest.balance_after, carried.balance, 0) + shifted.amount)::bigint AS posted, holding.amount::bigint AS held
       FROM ledger_accounts account
       CROSS JOIN earlier
       LEFT JOIN LATERAL (
         SELECT balance_after FROM ledger_postings
         WHERE account_id = account.id AND inserted_at <= horizon ORDER BY inserted_at DESC, seq DESC LIMIT 1
       ) latest ON true
       LEFT JOIN LATERAL (SELECT balance FROM ledger_carried WHERE account_id = account.id ORDER BY month DESC LIMIT 1) carried ON true
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(amount) FILTER (WHERE effective_at <= effective), 0)
              - coalesce(sum(amount) FILTER (WHERE inserted_at <= horizon), 0) AS amount
         FROM ledger_postings WHERE account_id = account.id AND effective_at <> inserted_at AND inserted_at <= known
       ) shifted
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(hold.amount - (
             SELECT coalesce(-sum(posting.amount), 0) FROM ledger_journals journal
             JOIN ledger_postings posting
               ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at AND posting.account_id = hold.account_id
             WHERE journal.hold_id = hold.id AND journal.inserted_at <= horizon)
           - (SELECT coalesce(sum(captured), 0) FROM ledger_archived_journals WHERE hold_id = hold.id)), 0) AS amount
         FROM ledger_holds hold
         WHERE hold.account_id = account.id AND hold.created_at <= horizon AND (hold.closed_at IS NULL OR hold.closed_at > horizon)
       ) holding
       WHERE account.code = ANY ($1::text[])
     ) balance`,
    [codes, instant.effectiveAt ?? null, instant.knownAt ?? null],
  );
  return inOrder(codes, rows);
}

async function refuseArchived(reader: Reader, horizon: Date): Promise<void> {
  const [row] = await reader.query<{ month: string }>(
    'SELECT month FROM ledger_archives WHERE ends_at > $1 AND EXISTS (SELECT FROM ledger_carried) ORDER BY month DESC LIMIT 1',
    [horizon],
  );
  if (row) throw new Refusal('conflict', 'ledger_archived', `the ledger was archived up to the end of ${row.month}`);
}

function inOrder(codes: readonly string[], rows: readonly Balance[]): Balance[] {
  const byCode = new Map(rows.map((row) => [row.code, row]));
  return codes.flatMap((code) => byCode.get(code) ?? []);
}
