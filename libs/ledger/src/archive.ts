import { monthlyName, type Tx } from '@florin/database';
import { present, Refusal } from '@florin/kernel';
import { digestedJournals } from './chain';
import type { Reader } from './types';

const tables = ['ledger_journals', 'ledger_postings'] as const;

/** A month that was taken out of the ledger. */
export interface ArchivedMonth {
  /** Such as `2026-11`, in UTC. */
  month: string;
  journals: number;
  postings: number;
  /** SHA-256 over the digests of its journals in the order of the chain, hex. */
  hash: string;
  archivedAt: Date;
}

/** SHA-256 over the digests of a month's journals; $1 and $2 bound the month. */
const hashOfMonth = `SELECT coalesce(sha256(string_agg(digest, NULL ORDER BY tx_order, id)), sha256('')) AS hash
  FROM (${digestedJournals('WHERE journal.inserted_at >= $1 AND journal.inserted_at < $2')}) digested`;

/**
 * Takes a month out of the ledger: its partitions move, rows and all, to the schema `archive` as `ledger_journals_2026_11` and
 * `ledger_postings_2026_11`, to be dumped and dropped there. What accounts stood at, which journals it had and its hash stay.
 * Balances, proofs and the chain hold on; statements end there, and a balance before its end is refused until it is restored.
 * Refuses (conflict) a month that is not over, not the oldest, not sealed, or of which something counts only later.
 */
export async function archiveMonth(tx: Tx, month: string): Promise<ArchivedMonth> {
  const { from, until } = await boundsOf(tx, month);
  await refuseUnlessReady(tx, month, from, until);
  await tx.execute(
    `INSERT INTO ledger_archives (month, ends_at, journals, postings, hash)
     SELECT $3, $2, (SELECT count(*) FROM ledger_journals WHERE inserted_at >= $1 AND inserted_at < $2),
       (SELECT count(*) FROM ledger_postings WHERE inserted_at >= $1 AND inserted_at < $2), hash FROM (${hashOfMonth}) sealed`,
    [from, until, month],
  );
  await tx.execute(
    `INSERT INTO ledger_carried (account_id, month, seq, balance)
     SELECT DISTINCT ON (account_id) account_id, $3, seq, balance_after FROM ledger_postings
     WHERE inserted_at >= $1 AND inserted_at < $2 ORDER BY account_id, inserted_at DESC, seq DESC`,
    [from, until, month],
  );
  await tx.execute(
    `INSERT INTO ledger_archived_journals (id, month, hold_id, captured)
     SELECT journal.id, $3, journal.hold_id, (
       SELECT -sum(posting.amount) FROM ledger_holds hold
       JOIN ledger_postings posting ON posting.account_id = hold.account_id AND posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at
       WHERE hold.id = journal.hold_id)
     FROM ledger_journals journal WHERE inserted_at >= $1 AND inserted_at < $2`,
    [from, until, month],
  );
  await tx.execute('CREATE SCHEMA IF NOT EXISTS archive');
  for (const table of tables) {
    await tx.execute(`ALTER TABLE ${table} DETACH PARTITION ${monthlyName(table, month)}`);
    await tx.execute(`ALTER TABLE ${monthlyName(table, month)} SET SCHEMA archive`);
  }
  const [archived] = await archivedMonths(tx, month);
  return present(archived, 'an archived month is on record');
}

/**
 * Brings the month that was taken out last back from the schema `archive`. Refuses (conflict) another one, and (invalid) tables
 * whose journals are not those that were taken out: their hash differs.
 */
export async function restoreMonth(tx: Tx, month: string): Promise<ArchivedMonth> {
  const { from, until } = await boundsOf(tx, month);
  const [latest] = await archivedMonths(tx);
  if (latest?.month !== month)
    throw new Refusal(
      'conflict',
      'ledger_month_not_latest',
      `the month that was archived last comes first, not ${month}`,
    );
  for (const table of tables) {
    const [found] = await tx.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
      `archive.${monthlyName(table, month)}`,
    ]);
    if (!found?.there)
      throw new Refusal('conflict', 'ledger_archive_missing', `archive.${monthlyName(table, month)} is not there`);
    await tx.execute(`ALTER TABLE archive.${monthlyName(table, month)} SET SCHEMA public`);
    // The bounds are text of our own making: a statement that changes tables takes no parameters.
    await tx.execute(
      `ALTER TABLE ${table} ATTACH PARTITION ${monthlyName(table, month)} FOR VALUES FROM ('${from.toISOString()}') TO ('${until.toISOString()}')`,
    );
  }
  const [now] = await tx.query<{ hash: string; postings: number }>(
    `SELECT encode(hash, 'hex') AS hash, (SELECT count(*) FROM ledger_postings WHERE inserted_at >= $1 AND inserted_at < $2) AS postings
     FROM (${hashOfMonth}) sealed`,
    [from, until],
  );
  if (now?.hash !== latest.hash || now.postings !== latest.postings)
    throw new Refusal('invalid', 'ledger_archive_changed', `the archive of ${month} is not what was taken out`);
  for (const table of ['ledger_carried', 'ledger_archived_journals', 'ledger_archives'])
    await tx.execute(`DELETE FROM ${table} WHERE month = $1`, [month]);
  return latest;
}

/** Months that are out, the latest first; or one. */
export function archivedMonths(reader: Reader, month?: string): Promise<ArchivedMonth[]> {
  return reader.query<ArchivedMonth>(
    `SELECT month, journals, postings, encode(hash, 'hex') AS hash, archived_at AS "archivedAt" FROM ledger_archives
     WHERE $1::text IS NULL OR month = $1 ORDER BY month DESC LIMIT 1200`,
    [month ?? null],
  );
}

async function boundsOf(tx: Tx, month: string): Promise<{ from: Date; until: Date }> {
  const [, year, number] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? [];
  if (year === undefined || number === undefined)
    throw new Refusal('invalid', 'ledger_month_invalid', 'a month is written as 2026-11');
  // Writers wait until a month is out or back; reading goes on until the tables are moved.
  await tx.execute('LOCK TABLE ledger_journals, ledger_postings IN SHARE ROW EXCLUSIVE MODE');
  return {
    from: new Date(Date.UTC(Number(year), Number(number) - 1)),
    until: new Date(Date.UTC(Number(year), Number(number))),
  };
}

async function refuseUnlessReady(tx: Tx, month: string, from: Date, until: Date): Promise<void> {
  const [found] = await tx.query<{ running: boolean; there: boolean; older: boolean; open: boolean; later: boolean }>(
    `SELECT now() < $2 AS running,
       EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'ledger_journals'::regclass AND inhrelid = to_regclass($3)) AS there,
       EXISTS (SELECT FROM ledger_journals WHERE inserted_at < $1) AS older,
       EXISTS (SELECT FROM ledger_journals WHERE inserted_at >= $1 AND inserted_at < $2
         AND tx_order > (SELECT coalesce(max(up_to_order), 0) FROM ledger_chain)) AS open,
       EXISTS (SELECT FROM ledger_postings WHERE effective_at <> inserted_at AND effective_at >= $2 AND inserted_at >= $1 AND inserted_at < $2) AS later`,
    [from, until, monthlyName('ledger_journals', month)],
  );
  const row = present(found, 'a query without FROM gives a row');
  const why =
    (row.running && 'is not over') ||
    (!row.there && 'has no partition of its own') ||
    (row.older && 'is not the oldest') ||
    (row.open && 'is not sealed yet') ||
    (row.later && 'has postings that count only later');
  if (why) throw new Refusal('conflict', 'ledger_month_not_ready', `${month} cannot be archived: it ${why}`);
}
