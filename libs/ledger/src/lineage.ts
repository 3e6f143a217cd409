import { assert, Refusal } from '@florin/kernel';
import { Allotment, type LineageMethod, type Part } from './lineage-methods';
import type { Reader } from './types';

/** Postings read at a time: bounds the memory of a walk. */
const pageSize = 1_000;
/** Postings of one account that a walk may cross: bounds its time to about a second. */
const longestWalk = 100_000;
/** Funds of one page at most. */
const maxPage = 1_000;

/** One side of a match: a posting of the account. */
export interface LineagePosting {
  /** Number of the posting on its account. */
  seq: number;
  journalId: string;
  kind: string;
  reference: string | null;
  /** The whole posting, signed. */
  amountMinor: number;
  insertedAt: Date;
}

/** So much of a debit was paid by a credit. */
export interface LineageMatch {
  credit: LineagePosting;
  debit: LineagePosting;
  amountMinor: number;
}

/** A match is numbered by the posting that brought it about, which is the later of the two, and its place there. */
export interface LineageCursor {
  seq: number;
  place: number;
}

export interface LineageChoice {
  method: LineageMethod;
  after?: LineageCursor;
}

export interface LineagePage {
  matches: LineageMatch[];
  /** Where the next page starts; null at the end. */
  next: LineageCursor | null;
}

/** What is left of a credit, or of a debit that nothing has paid yet (below zero). */
export interface LineageRest {
  posting: LineagePosting;
  leftMinor: number;
}

/**
 * Which credit paid which debit of an account, in the order in which it came about. Nothing of it is stored: it follows from
 * the postings, which are numbered without gaps and sealed, so it cannot differ from them, costs a write nothing, and every
 * account has it by every method, also for the past. The price is a walk from where the account was last empty.
 */
export async function readLineage(
  reader: Reader,
  code: string,
  { method, after = { seq: 0, place: 0 } }: LineageChoice,
  limit: number,
): Promise<LineagePage> {
  const wanted = Math.min(limit, maxPage);
  const matches: LineageMatch[] = [];
  const allotment = new Allotment<LineagePosting>(method);
  for await (const posting of walk(reader, code, after.seq)) {
    const parts = allotment.add(posting, posting.amountMinor, posting.reversesSeq);
    for (const [index, part] of parts.entries()) {
      const isBefore = posting.seq < after.seq || (posting.seq === after.seq && index < after.place);
      if (isBefore) continue;
      if (matches.length === wanted) return { matches, next: { seq: posting.seq, place: index } };
      matches.push(matchOf(part));
    }
  }
  return { matches, next: null };
}

/** What a balance consists of: what is left of each credit, the oldest first; and debits that are still to be paid. They sum to the balance. */
export async function readRests(reader: Reader, code: string, method: LineageMethod): Promise<LineageRest[]> {
  const allotment = new Allotment<LineagePosting>(method);
  for await (const posting of walk(reader, code, Number.MAX_SAFE_INTEGER))
    allotment.add(posting, posting.amountMinor, posting.reversesSeq);
  return allotment.rests().map(({ item, left }) => ({ posting: shown(item), leftMinor: left }));
}

function matchOf({ credit, debit, amount }: Part<LineagePosting>): LineageMatch {
  return { credit: shown(credit), debit: shown(debit), amountMinor: amount };
}

function shown({ seq, journalId, kind, reference, amountMinor, insertedAt }: LineagePosting): LineagePosting {
  return { seq, journalId, kind, reference, amountMinor, insertedAt };
}

interface WalkedPosting extends LineagePosting {
  /** Of a reversal, the posting on this account that it takes back. */
  reversesSeq: number | null;
}

/** The postings of an account from where it was last empty before `until`, in order. Bounded: refuses a longer walk. */
async function* walk(reader: Reader, code: string, until: number): AsyncGenerator<WalkedPosting> {
  const [start] = await reader.query<{
    account: string;
    seq: number | null;
    insertedAt: Date | null;
    carried: number | null;
  }>(
    `SELECT account.id AS account, coalesce(empty.seq, carried.seq) AS seq, empty.inserted_at AS "insertedAt",
       CASE WHEN empty.seq IS NULL THEN carried.balance END AS carried FROM ledger_accounts account
     LEFT JOIN LATERAL (SELECT seq, balance FROM ledger_carried WHERE account_id = account.id ORDER BY month DESC LIMIT 1) carried ON true
     LEFT JOIN LATERAL (
       SELECT seq, inserted_at FROM ledger_postings
       WHERE account_id = account.id AND seq < $2 AND balance_after = 0 ORDER BY inserted_at DESC, seq DESC LIMIT 1) empty ON true
     WHERE account.code = $1`,
    [code, until],
  );
  if (!start) throw new Refusal('not_found', 'ledger_account_unknown', `there is no account ${code}`);
  if (start.carried)
    throw new Refusal(
      'conflict',
      'ledger_archived',
      `account ${code} had money when its postings were archived: their month has to be restored`,
    );
  let [insertedAt, seq] = [start.insertedAt, start.seq ?? 0];
  for (let walked = 0; ; walked += pageSize) {
    const page = await reader.query<WalkedPosting>(
      `SELECT posting.seq, posting.journal_id AS "journalId", journal.kind, journal.reference, posting.amount AS "amountMinor",
         posting.inserted_at AS "insertedAt", taken_back.seq AS "reversesSeq"
       FROM ledger_postings posting
       JOIN ledger_journals journal ON journal.id = posting.journal_id AND journal.inserted_at = posting.inserted_at
       LEFT JOIN LATERAL (
         -- A journal has a hundred postings at most, an account any number: found by the journal, the rest is compared.
         SELECT seq FROM (SELECT * FROM ledger_postings WHERE journal_id = journal.reverses OFFSET 0) original
         WHERE original.account_id = posting.account_id AND original.amount = -posting.amount ORDER BY seq LIMIT 1) taken_back ON true
       WHERE posting.account_id = $1 AND (posting.inserted_at, posting.seq) > (coalesce($2::timestamptz, '-infinity'), $3::bigint)
       ORDER BY posting.inserted_at, posting.seq LIMIT $4`,
      [start.account, insertedAt, seq, pageSize],
    );
    for (const posting of page) {
      assert(posting.seq === seq + 1, `posting ${seq + 1} of account ${code} is not where it should be`);
      [insertedAt, seq] = [posting.insertedAt, posting.seq];
      yield posting;
    }
    if (page.length < pageSize) return;
    if (walked + pageSize >= longestWalk)
      throw new Refusal(
        'too_large',
        'ledger_lineage_too_long',
        `account ${code} was not empty for more than ${longestWalk} postings: its lineage is not told at once`,
      );
  }
}
