import { Bug } from '@florin/kernel';
import type { Tx } from '@florin/database';
import type { Reader } from './types';

/** Journals of one link at most; the last transaction is always taken whole. */
const maxLinkSize = 10_000;
/** Links checked in one statement: bounds its time and memory. */
const linksPerStep = 20;
/** Any constant: the one lock that sealers share. Writers never take it. */
const sealLock = 7_154_202_611;

const noUuid = `decode(repeat('00', 16), 'hex')`;

/**
 * SHA-256 over everything a journal says, its postings included. In binary, because it is fast and because neither time zone
 * nor locale changes it; parts of fixed length stand first, so that no two journals share their bytes.
 */
export const digestedJournals = (condition: string): string => `
  SELECT journal.id, journal.tx_order, journal.inserted_at, sha256(
      uuid_send(journal.id) || int8send(journal.tx_order) || timestamptz_send(journal.inserted_at) || timestamptz_send(journal.effective_at)
      || coalesce(uuid_send(journal.reverses), ${noUuid}) || coalesce(uuid_send(journal.hold_id), ${noUuid})
      || sha256(coalesce(posted.bytes, ''::bytea))
      || convert_to(jsonb_build_array(journal.kind, journal.key, journal.reference, journal.metadata)::text, 'UTF8')) AS digest
  FROM ledger_journals journal
  CROSS JOIN LATERAL (
    SELECT string_agg(uuid_send(account_id) || int8send(seq) || int8send(amount) || int8send(balance_after) || timestamptz_send(effective_at),
      NULL ORDER BY account_id, seq) AS bytes
    FROM ledger_postings posting WHERE posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at
  ) posted
  ${condition}`;

const linkHash = (prev: string): string =>
  `sha256(${prev} || int8send(seq) || int8send(after_order) || int8send(up_to_order) || digests)`;

export interface SealedLink {
  seq: number;
  journals: number;
}

/**
 * Seals journals that are not sealed yet into the next link of the hash chain, about `limit` of them; null when there is
 * nothing to seal. Whole transactions, in the order of their numbers, and only those before which every transaction has
 * ended: nothing can slip in later, and no writer ever waits. Throws a Bug when transaction numbers have started again.
 */
export async function sealChain(tx: Tx, limit: number): Promise<SealedLink | null> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [sealLock]);
  const [last] = await tx.query<{ seq: number; up_to_order: number }>(
    'SELECT seq, up_to_order FROM ledger_chain ORDER BY seq DESC LIMIT 1',
  );
  const after = last?.up_to_order ?? 0;
  const [found] = await tx.query<{ horizon: number; up_to: number | null }>(
    `WITH horizon AS MATERIALIZED (
       SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT shift FROM ledger_chain_origin) AS tx_order)
     SELECT (SELECT tx_order FROM horizon) AS horizon,
       (SELECT max(tx_order) FROM (
          SELECT tx_order FROM ledger_journals WHERE tx_order > $1 AND tx_order < (SELECT tx_order FROM horizon) ORDER BY tx_order LIMIT $2
        ) next) AS up_to`,
    [after, Math.min(limit, maxLinkSize)],
  );
  if (found && found.horizon <= after)
    throw new Bug('transaction numbers have started again (a restored dump?): run rebaseChain once');
  if (!found?.up_to) return null;
  const [link] = await tx.query<SealedLink>(
    `WITH digested AS MATERIALIZED (${digestedJournals('WHERE journal.tx_order > $2 AND journal.tx_order <= $3')}),
     link AS (
       SELECT $1::bigint + 1 AS seq, $2::bigint AS after_order, $3::bigint AS up_to_order, array_agg(id ORDER BY tx_order, id) AS journal_ids,
         string_agg(digest, NULL ORDER BY tx_order, id) AS digests, min(inserted_at) AS first_at, max(inserted_at) AS last_at,
         coalesce((SELECT hash FROM ledger_chain WHERE seq = $1), decode(repeat('00', 32), 'hex')) AS prev_hash
       FROM digested)
     INSERT INTO ledger_chain (seq, after_order, up_to_order, journal_ids, digests, first_inserted_at, last_inserted_at, prev_hash, hash)
     SELECT seq, after_order, up_to_order, journal_ids, digests, first_at, last_at, prev_hash, ${linkHash('prev_hash')} FROM link
     RETURNING seq, cardinality(journal_ids) AS journals`,
    [last?.seq ?? 0, after, found.up_to],
  );
  return link ?? null;
}

/** Lets the chain go on after a dump was restored into a new cluster. Waits for writers that are in the middle of something. */
export async function rebaseChain(tx: Tx): Promise<void> {
  await tx.execute('LOCK TABLE ledger_journals IN SHARE ROW EXCLUSIVE MODE');
  await tx.execute(
    `UPDATE ledger_chain_origin SET shift = greatest(shift, 1
       + greatest((SELECT coalesce(max(tx_order), 0) FROM ledger_journals), (SELECT coalesce(max(up_to_order), 0) FROM ledger_chain))
       - pg_snapshot_xmin(pg_current_snapshot())::text::bigint)`,
  );
}

export interface ChainFault {
  /** The link where it shows. */
  seq: number;
  fault: 'link_broken' | 'journal_changed' | 'journal_missing' | 'journal_added';
  journalId: string | null;
}

export interface ChainReport {
  intact: boolean;
  links: number;
  sealed: number;
  /** Journals that no link covers yet: not a fault, they wait for the next seal. */
  unsealed: number;
  /** Hash of the last link, hex: publish it elsewhere, and nobody can rewrite the chain from there on unseen. */
  head: string | null;
  /** The first faults, by link. */
  faults: ChainFault[];
}

/** Recomputes the chain from the journals and postings as they stand now. Stops after `limit` faults. */
export async function verifyChain(reader: Reader, limit = 20): Promise<ChainReport> {
  const [totals] = await reader.query<{ links: number; sealed: number; unsealed: number; head: string | null }>(
    `SELECT count(*)::int AS links, coalesce(sum(cardinality(journal_ids)), 0)::int AS sealed,
       (SELECT count(*)::int FROM ledger_journals WHERE tx_order > (SELECT coalesce(max(up_to_order), 0) FROM ledger_chain)) AS unsealed,
       (SELECT encode(hash, 'hex') FROM ledger_chain ORDER BY seq DESC LIMIT 1) AS head FROM ledger_chain`,
  );
  const faults = await brokenLinks(reader, limit);
  const links = totals?.links ?? 0;
  for (let first = 1; first <= links && faults.length < limit; first += linksPerStep) {
    faults.push(...(await changedJournals(reader, first, first + linksPerStep - 1, limit - faults.length)));
  }
  return {
    intact: faults.length === 0,
    links,
    sealed: totals?.sealed ?? 0,
    unsealed: totals?.unsealed ?? 0,
    head: totals?.head ?? null,
    faults,
  };
}

/** Links that do not follow from the one before: number, range, hash. */
function brokenLinks(reader: Reader, limit: number): Promise<ChainFault[]> {
  return reader.query<ChainFault>(
    `SELECT seq::int, 'link_broken' AS fault, NULL AS "journalId" FROM (
       SELECT *, lag(seq, 1, 0::bigint) OVER chain AS prev_seq, lag(up_to_order, 1, 0::bigint) OVER chain AS prev_order,
         lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS true_prev
       FROM ledger_chain WINDOW chain AS (ORDER BY seq)) link
     WHERE seq <> prev_seq + 1 OR after_order <> prev_order OR prev_hash <> true_prev OR hash <> ${linkHash('true_prev')}
       OR length(digests) <> 32 * cardinality(journal_ids)
     ORDER BY seq LIMIT $1`,
    [limit],
  );
}

/** Journals of these links that say something else now, are gone, or were not there. */
function changedJournals(reader: Reader, first: number, last: number, limit: number): Promise<ChainFault[]> {
  return reader.query<ChainFault>(
    `WITH links AS MATERIALIZED (SELECT * FROM ledger_chain WHERE seq BETWEEN $1 AND $2),
     sealed AS MATERIALIZED (
       SELECT seq, id, substring(digests FROM ((position - 1) * 32 + 1)::int FOR 32) AS digest
       FROM links, unnest(journal_ids) WITH ORDINALITY AS member (id, position)
       WHERE NOT EXISTS (SELECT FROM ledger_archived_journals archived WHERE archived.id = member.id)),
     present AS MATERIALIZED (${digestedJournals(`WHERE journal.tx_order > (SELECT min(after_order) FROM links)
       AND journal.tx_order <= (SELECT max(up_to_order) FROM links)`)})
     SELECT coalesce(sealed.seq, (SELECT min(seq) FROM links WHERE present.tx_order <= up_to_order))::int AS seq,
       CASE WHEN present.id IS NULL THEN 'journal_missing' WHEN sealed.id IS NULL THEN 'journal_added' ELSE 'journal_changed' END AS fault,
       coalesce(sealed.id, present.id) AS "journalId"
     FROM sealed FULL JOIN present ON present.id = sealed.id
     WHERE sealed.digest IS DISTINCT FROM present.digest ORDER BY 1, 3 LIMIT $3`,
    [first, last, limit],
  );
}
