import { type Clock, isId } from '@florin/kernel';
import type { Tx } from '@florin/database';
import { textArray } from './array-literals';
import type { AccountState, Books, HoldState, OriginalJournal } from './books';
import { readMonitors } from './monitors';
import type { Command } from './types';

interface LockedAccount {
  place: string;
  id: string;
  code: string;
  asset: string;
  allow_negative: boolean;
  closed: boolean;
  monitored: boolean;
  posted: number;
  held: number;
  postings: number;
  /** Of the first row only: the moment of insertion. */
  now: Date | null;
}

export interface ReadBooks {
  books: Books;
  insertedAt: Date;
}

/** What the commands will touch, found without locks: none of it can change, only whether it exists yet. */
interface Reach {
  accounts: Set<string>;
  holdIds: Set<string>;
  holdKeys: Set<string>;
  journalIds: Set<string>;
}

/**
 * Reads everything the commands need and locks their accounts, in id order, in one statement. Holds and reversals change only
 * under the lock of their account, so they are read after it. Gives the books and the moment of insertion.
 */
export async function readBooks(tx: Tx, commands: readonly Command[], clock?: Clock): Promise<ReadBooks> {
  const reach = reachOf(commands);
  const holdIds = reach.holdIds.size + reach.holdKeys.size > 0 ? await findHolds(tx, reach) : new Map<string, string>();
  const originals =
    reach.journalIds.size > 0
      ? await readOriginals(tx, [...reach.journalIds], reach)
      : new Map<string, OriginalJournal>();
  const { accounts, insertedAt } = await lockAccounts(tx, [...reach.accounts]);
  const holds = reach.holdIds.size > 0 ? await readHolds(tx, [...reach.holdIds]) : new Map<string, HoldState>();
  if (originals.size > 0) await markReversed(tx, originals);
  const monitors = await readMonitors(tx, accounts.values());
  return { books: { accounts, holds, holdIds, originals, monitors, now: clock?.now() ?? insertedAt }, insertedAt };
}

function reachOf(commands: readonly Command[]): Reach {
  const reach: Reach = { accounts: new Set(), holdIds: new Set(), holdKeys: new Set(), journalIds: new Set() };
  for (const { operation, input } of commands) {
    if (operation === 'post' || operation === 'capture')
      for (const posting of input.postings) reach.accounts.add(posting.account);
    if (operation === 'hold') reach.accounts.add(input.account);
    if (operation === 'reverse') reach.journalIds.add(input.journalId.toLowerCase());
    if (operation === 'capture' || operation === 'void') {
      if (input.holdId !== undefined) reach.holdIds.add(input.holdId.toLowerCase());
      else reach.holdKeys.add(input.holdKey);
    }
  }
  return reach;
}

/** Resolves hold keys to ids and adds the holders' accounts to the reach. */
async function findHolds(tx: Tx, reach: Reach): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; key: string; code: string }>(
    `SELECT hold.id, hold.key, account.code FROM ledger_holds hold JOIN ledger_accounts account ON account.id = hold.account_id
     WHERE hold.id = ANY ($1::uuid[] || ARRAY(SELECT result_id FROM ledger_keys WHERE key = ANY ($2::text[])))`,
    [[...reach.holdIds], [...reach.holdKeys]],
  );
  for (const row of rows) {
    reach.accounts.add(row.code);
    reach.holdIds.add(row.id);
  }
  return new Map(rows.map((row) => [row.key, row.id]));
}

async function readOriginals(tx: Tx, ids: readonly string[], reach: Reach): Promise<Map<string, OriginalJournal>> {
  const rows = await tx.query<{
    id: string;
    effective_at: Date;
    reference: string | null;
    code: string;
    amount: number;
  }>(
    `SELECT journal.id, journal.effective_at, journal.reference, account.code, posting.amount
     FROM ledger_journals journal
     JOIN ledger_postings posting ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at
     JOIN ledger_accounts account ON account.id = posting.account_id
     WHERE journal.id = ANY ($1::uuid[]) ORDER BY posting.account_id, posting.seq`,
    [ids],
  );
  const originals = new Map<string, OriginalJournal>();
  for (const row of rows) {
    const original = originals.get(row.id) ?? {
      id: row.id,
      effectiveAt: row.effective_at,
      reference: row.reference,
      reversed: false,
      postings: [],
    };
    original.postings.push({ account: row.code, amountMinor: row.amount });
    originals.set(row.id, original);
    reach.accounts.add(row.code);
  }
  return originals;
}

/**
 * The only lock of the engine. FOR NO KEY UPDATE keeps writers apart just as FOR UPDATE does, without blocking the foreign
 * key of a hold that somebody inserts. The clock is read after the last lock is had, and never behind an account's own
 * latest change: insertion times of one account are in the order of its postings.
 */
async function lockAccounts(
  tx: Tx,
  codes: readonly string[],
): Promise<{ accounts: Map<string, AccountState>; insertedAt: Date }> {
  const rows = await tx.query<LockedAccount>(
    `WITH locked AS MATERIALIZED (
       SELECT ctid AS place, id, code, asset, allow_negative, status = 'closed' AS closed, monitored, posted, held, postings, changed_at
       FROM ledger_accounts WHERE code = ANY ($1::text[]) ORDER BY id FOR NO KEY UPDATE
     )
     SELECT place, id, code, asset, allow_negative, closed, monitored, posted, held, postings,
       CASE WHEN row_number() OVER () = 1
         THEN (SELECT date_trunc('milliseconds', greatest(clock_timestamp(), max(changed_at))) FROM locked) END AS now
     FROM locked`,
    [textArray(codes, (code) => code)],
  );
  const accounts = new Map<string, AccountState>();
  for (const row of rows) {
    accounts.set(row.code, {
      id: row.id,
      place: row.place,
      code: row.code,
      asset: row.asset,
      allowNegative: row.allow_negative,
      closed: row.closed,
      monitored: row.monitored,
      posted: row.posted,
      held: row.held,
      postings: row.postings,
    });
  }
  return { accounts, insertedAt: rows[0]?.now ?? new Date(0) };
}

async function readHolds(tx: Tx, ids: readonly string[]): Promise<Map<string, HoldState>> {
  const rows = await tx.query<HoldRow>(`${holdColumns} WHERE hold.id = ANY ($1::uuid[])`, [ids.filter(isId)]);
  return new Map(rows.map((row) => [row.id, holdState(row)]));
}

async function markReversed(tx: Tx, originals: Map<string, OriginalJournal>): Promise<void> {
  const rows = await tx.query<{ journal_id: string }>(
    'SELECT journal_id FROM ledger_reversals WHERE journal_id = ANY ($1::uuid[])',
    [[...originals.keys()]],
  );
  for (const row of rows) {
    const original = originals.get(row.journal_id);
    if (original) original.reversed = true;
  }
}

interface HoldRow {
  id: string;
  code: string;
  key: string;
  amount: number;
  captured: number;
  status: HoldState['status'];
  reference: string | null;
  expires_at: Date | null;
}

const holdColumns = `SELECT hold.id, account.code, hold.key, hold.amount, hold.captured, hold.status, hold.reference, hold.expires_at
  FROM ledger_holds hold JOIN ledger_accounts account ON account.id = hold.account_id`;

function holdState(row: HoldRow): HoldState {
  return {
    id: row.id,
    account: row.code,
    key: row.key,
    amount: row.amount,
    captured: row.captured,
    status: row.status,
    reference: row.reference,
    expiresAt: row.expires_at,
  };
}

/** Locks the accounts of holds whose time is up and gives both; at most `limit` holds, the longest due first. */
export async function readDueHolds(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ books: Books; insertedAt: Date; due: HoldState[] }> {
  const found = await tx.query<{ id: string; code: string }>(
    `SELECT hold.id, account.code FROM ledger_holds hold JOIN ledger_accounts account ON account.id = hold.account_id
     WHERE hold.status = 'open' AND hold.expires_at <= $1 ORDER BY hold.expires_at LIMIT $2`,
    [now, limit],
  );
  const { accounts, insertedAt } = await lockAccounts(tx, [...new Set(found.map((row) => row.code))]);
  const holds = await readHolds(
    tx,
    found.map((row) => row.id),
  );
  const due = [...holds.values()].filter((held) => held.status === 'open');
  const monitors = await readMonitors(tx, accounts.values());
  return { books: { accounts, holds, holdIds: new Map(), originals: new Map(), monitors, now }, insertedAt, due };
}
