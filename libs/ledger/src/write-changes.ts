import { assert } from '@florin/kernel';
import type { Tx } from '@florin/database';
import { plainArray, textArray, timeArray } from './array-literals';
import { type Crossing, writeCrossings } from './monitors';
import type { AccountState, Changes, HoldState } from './books';

/**
 * Writes what was decided: journals, postings and balances in one statement, holds, reversals and monitors in one each if there
 * are any. Gives the crossings of monitors.
 */
export async function writeChanges(
  tx: Tx,
  changes: Changes,
  insertedAt: Date,
  books: ReadonlyMap<string, AccountState>,
): Promise<Crossing[]> {
  if (changes.accounts.size > 0) await writeJournals(tx, changes, insertedAt);
  if (changes.newHolds.size > 0) await insertHolds(tx, [...changes.newHolds], insertedAt, books);
  if (changes.changedHolds.size > 0) await updateHolds(tx, [...changes.changedHolds], insertedAt);
  if (changes.reversals.length > 0) {
    await tx.execute(
      'INSERT INTO ledger_reversals (journal_id, reversed_by) SELECT * FROM unnest($1::uuid[], $2::uuid[])',
      [
        changes.reversals.map((reversal) => reversal.journalId),
        changes.reversals.map((reversal) => reversal.reversedBy),
      ],
    );
  }
  return changes.movedMonitors.size > 0 ? writeCrossings(tx, changes, insertedAt) : [];
}

async function writeJournals(tx: Tx, { journals, postings, accounts }: Changes, insertedAt: Date): Promise<void> {
  const changed = [...accounts];
  // Postings name their journal and account by place in the set: half the bytes to send and to read.
  const accountAt = new Map(changed.map((account, index) => [account.id, index + 1]));
  const journalAt = new Map(journals.map((journal, index) => [journal.id, index + 1]));
  const written = await tx.execute(
    `WITH journals AS (
       INSERT INTO ledger_journals (id, inserted_at, effective_at, tx_order, kind, key, reference, reverses, hold_id, metadata)
       SELECT id, $1, coalesce(effective_at, $1), (SELECT ledger_tx_order()), kind, key, reference, reverses, hold_id, metadata::jsonb
       FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::uuid[], $9::text[])
         AS journal (id, effective_at, kind, key, reference, reverses, hold_id, metadata)
     ), postings AS (
       INSERT INTO ledger_postings (account_id, inserted_at, seq, journal_id, amount, balance_after, effective_at)
       SELECT ($17::uuid[])[account], $1, seq, ($2::uuid[])[journal], amount, balance_after, coalesce(effective_at, $1)
       FROM unnest($10::int[], $11::bigint[], $12::int[], $13::bigint[], $14::bigint[], $15::timestamptz[])
         AS posting (account, seq, journal, amount, balance_after, effective_at)
     )
     UPDATE ledger_accounts account
     SET posted = changed.posted, held = changed.held, postings = changed.postings, changed_at = $1
     FROM unnest($16::tid[], $17::uuid[], $18::bigint[], $19::bigint[], $20::bigint[]) AS changed (place, id, posted, held, postings)
     WHERE account.ctid = changed.place AND account.id = changed.id`,
    [
      insertedAt,
      plainArray(journals, (journal) => journal.id),
      timeArray(journals, (journal) => journal.effectiveAt),
      textArray(journals, (journal) => journal.kind),
      textArray(journals, (journal) => journal.key),
      textArray(journals, (journal) => journal.reference),
      plainArray(journals, (journal) => journal.reverses),
      plainArray(journals, (journal) => journal.holdId),
      textArray(journals, (journal) => (journal.metadata === null ? null : JSON.stringify(journal.metadata))),
      plainArray(postings, (posting) => accountAt.get(posting.accountId)),
      plainArray(postings, (posting) => posting.seq),
      plainArray(postings, (posting) => journalAt.get(posting.journalId)),
      plainArray(postings, (posting) => posting.amount),
      plainArray(postings, (posting) => posting.balanceAfter),
      timeArray(postings, (posting) => posting.effectiveAt),
      textArray(changed, (account) => account.place),
      plainArray(changed, (account) => account.id),
      plainArray(changed, (account) => account.posted),
      plainArray(changed, (account) => account.held),
      plainArray(changed, (account) => account.postings),
    ],
  );
  assert(written === changed.length, `${changed.length} locked accounts were to change, ${written} did`);
}

async function insertHolds(
  tx: Tx,
  holds: readonly HoldState[],
  insertedAt: Date,
  books: ReadonlyMap<string, AccountState>,
): Promise<void> {
  await tx.execute(
    `INSERT INTO ledger_holds (id, account_id, key, amount, captured, status, reference, expires_at, created_at, closed_at)
     SELECT id, account_id, key, amount, captured, status, reference, expires_at, $1, CASE WHEN status <> 'open' THEN $1::timestamptz END
     FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::timestamptz[])
       AS held (id, account_id, key, amount, captured, status, reference, expires_at)`,
    [
      insertedAt,
      holds.map((held) => held.id),
      holds.map((held) => books.get(held.account)?.id),
      holds.map((held) => held.key),
      holds.map((held) => held.amount),
      holds.map((held) => held.captured),
      holds.map((held) => held.status),
      holds.map((held) => held.reference),
      holds.map((held) => held.expiresAt),
    ],
  );
}

async function updateHolds(tx: Tx, holds: readonly HoldState[], insertedAt: Date): Promise<void> {
  const written = await tx.execute(
    `UPDATE ledger_holds hold
     SET captured = changed.captured, status = changed.status, closed_at = CASE WHEN changed.status <> 'open' THEN $1::timestamptz END
     FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS changed (id, captured, status) WHERE hold.id = changed.id`,
    [insertedAt, holds.map((held) => held.id), holds.map((held) => held.captured), holds.map((held) => held.status)],
  );
  assert(written === holds.length, `${holds.length} holds were to change, ${written} did`);
}
