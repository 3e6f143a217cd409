import { databaseError, ensureMonthlyPartitions, type Tx } from '@florin/database';
import { Refusal } from '@florin/kernel';
import { digestedJournals, rebaseChain } from './chain';
import { logVersion } from './export';
import { ledgerProofs } from './proofs';

/** Lines written in one statement. */
const batchSize = 500;
/** Characters of one line: a journal of a hundred postings with the largest metadata has a tenth of it. */
const longestLine = 1_000_000;

export interface ImportReport {
  /** How many of each kind. */
  counts: Record<string, number>;
  /** Hash of the last link, as the log had it. */
  head: string | null;
}

interface Head {
  type: string;
  version: number;
  afterLink: number | null;
  head: string | null;
  since: string | null;
}

/**
 * Reads a log that `exportLog` wrote into an empty ledger, in one transaction, a batch of lines at a time. Balances are summed up
 * anew, the chain is hashed anew and every proof is run: what comes out is the same ledger, or nothing. Refuses a ledger that is
 * not empty (conflict), and a log that is cut, changed or of another version, by line where it can (invalid).
 */
export async function importLog(tx: Tx, lines: AsyncIterable<string> | Iterable<string>): Promise<ImportReport> {
  await refuseUnlessEmpty(tx);
  const log = batchesOf(lines);
  const first = await log.next();
  const head = headOf(first.value?.lines[0]);
  await makeMonths(tx, head.since);
  const counts: Record<string, number> = {};
  let end: string | undefined;
  for await (const batch of log) {
    if (end !== undefined) throw invalid(`line ${batch.from} comes after the end`);
    if (batch.type === 'end') end = batch.lines[0];
    else await writeBatch(tx, batch);
    if (end === undefined) counts[batch.type] = (counts[batch.type] ?? 0) + batch.lines.length;
  }
  if (end === undefined) throw invalid('it is cut off: its end is missing');
  refuseUnlessCounted(end, counts);
  await settleBalances(tx);
  await rebaseChain(tx);
  await refuseUnlessProven(tx, head.head);
  return { counts, head: head.head };
}

interface Batch {
  type: string;
  /** Number of the first line. */
  from: number;
  lines: string[];
}

/** Lines of one kind that follow one another, at most a batch of them. Their text stays as it is: parsing it here would round numbers. */
async function* batchesOf(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Batch, undefined> {
  let batch: Batch | undefined;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.length > longestLine) throw invalid(`line ${number} is longer than ${longestLine} characters`);
    const type = /^\{"type" ?: ?"([a-z]+)"/.exec(line)?.[1];
    if (type === undefined) throw invalid(`line ${number} does not say what it is`);
    if (batch && (batch.type !== type || batch.lines.length === batchSize)) {
      yield batch;
      batch = undefined;
    }
    batch ??= { type, from: number, lines: [] };
    batch.lines.push(line);
  }
  if (batch) yield batch;
  return undefined;
}

async function refuseUnlessEmpty(tx: Tx): Promise<void> {
  await tx.execute('LOCK TABLE ledger_accounts, ledger_journals, ledger_keys IN SHARE ROW EXCLUSIVE MODE');
  const [row] = await tx.query<{ empty: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM ledger_accounts) AND NOT EXISTS (SELECT FROM ledger_journals)
       AND NOT EXISTS (SELECT FROM ledger_keys) AND NOT EXISTS (SELECT FROM ledger_chain) AS empty`,
  );
  if (!row?.empty) throw new Refusal('conflict', 'ledger_not_empty', 'a log is read into an empty ledger only');
}

function headOf(line: string | undefined): Head {
  const head = parsed<Partial<Head>>(line ?? '', 1);
  if (head.type !== 'ledger') throw invalid('line 1 is not the head of a ledger’s log');
  if (head.version !== logVersion) throw invalid(`it is of version ${head.version}, not ${logVersion}`);
  if (head.afterLink != null) throw invalid('it does not begin at the beginning');
  return { type: 'ledger', version: logVersion, afterLink: null, head: head.head ?? null, since: head.since ?? null };
}

/** Journals go to the month they were made in; what no month is ready for goes to the default partition. */
async function makeMonths(tx: Tx, since: string | null): Promise<void> {
  if (since === null) return;
  const [row] = await tx.query<{ months: number }>(
    `SELECT (12 * extract(year FROM span) + extract(month FROM span))::int AS months
     FROM (SELECT age(date_trunc('month', now() AT TIME ZONE 'UTC'), date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC')) AS span) since`,
    [since],
  );
  const monthsBack = Math.min(Math.max(row?.months ?? 0, 0), 1_200);
  for (const table of ['ledger_journals', 'ledger_postings'])
    await ensureMonthlyPartitions(tx, table, { monthsAhead: 3, monthsBack });
}

const writers: Record<string, string> = {
  account: `INSERT INTO ledger_accounts (id, code, asset, allow_negative, labels, opened_at, status, closed_at)
    SELECT id, code, asset, "allowNegative", labels, "openedAt", CASE WHEN "archivedAt" IS NULL THEN 'open' ELSE 'closed' END, "archivedAt"
    FROM jsonb_to_recordset($1::jsonb) AS given (id uuid, code text, asset text, "allowNegative" boolean, labels jsonb,
      "openedAt" timestamptz, "archivedAt" timestamptz)`,
  journal: `WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS given (id uuid, "txOrder" bigint, "insertedAt" timestamptz, "effectiveAt" timestamptz,
        kind text, key text, reference text, reverses uuid, "holdId" uuid, metadata jsonb, postings jsonb)),
    journals AS (
      INSERT INTO ledger_journals (id, inserted_at, effective_at, tx_order, kind, key, reference, reverses, hold_id, metadata)
      SELECT id, "insertedAt", "effectiveAt", "txOrder", kind, key, reference, reverses, "holdId", metadata FROM given)
    INSERT INTO ledger_postings (account_id, inserted_at, seq, journal_id, amount, balance_after, effective_at)
    SELECT "accountId", "insertedAt", seq, given.id, "amountMinor", "balanceMinor", "effectiveAt"
    FROM given, jsonb_to_recordset(given.postings) AS posting ("accountId" uuid, seq bigint, "amountMinor" bigint, "balanceMinor" bigint)`,
  hold: `INSERT INTO ledger_holds (id, account_id, key, amount, captured, status, reference, expires_at, created_at, closed_at)
    SELECT id, "accountId", key, "amountMinor", "capturedMinor", status, reference, "expiresAt", "createdAt", "closedAt"
    FROM jsonb_to_recordset($1::jsonb) AS given (id uuid, "accountId" uuid, key text, "amountMinor" bigint, "capturedMinor" bigint,
      status text, reference text, "expiresAt" timestamptz, "createdAt" timestamptz, "closedAt" timestamptz)`,
  key: `INSERT INTO ledger_keys (key, input_hash, result_id, refusal, detail, created_at)
    SELECT key, decode("inputHash", 'hex'), "resultId", refusal, detail, "createdAt"
    FROM jsonb_to_recordset($1::jsonb) AS given (key text, "inputHash" text, "resultId" uuid, refusal text, detail text, "createdAt" timestamptz)`,
  link: `INSERT INTO ledger_chain (seq, after_order, up_to_order, journal_ids, digests, first_inserted_at, last_inserted_at, prev_hash, hash, sealed_at)
    SELECT seq, "afterOrder", "upToOrder", journal_ids, digests, "firstInsertedAt", "lastInsertedAt",
      decode("prevHash", 'hex'), decode(hash, 'hex'), "sealedAt"
    FROM jsonb_to_recordset($1::jsonb) AS given (seq bigint, "afterOrder" bigint, "upToOrder" bigint, "firstInsertedAt" timestamptz,
      "lastInsertedAt" timestamptz, "prevHash" text, hash text, "sealedAt" timestamptz)
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(id ORDER BY tx_order, id), '{}') AS journal_ids, coalesce(string_agg(digest, NULL ORDER BY tx_order, id), '') AS digests
      FROM (${digestedJournals('WHERE journal.tx_order > given."afterOrder" AND journal.tx_order <= given."upToOrder"')}) digested
    ) sealed`,
};

/** Journals that do not say what their digest was made of. */
const changedJournals = `
  SELECT digested.id FROM jsonb_to_recordset($1::jsonb) AS given (id uuid, "insertedAt" timestamptz, digest text)
  JOIN (${digestedJournals('')}) digested ON digested.id = given.id AND digested.inserted_at = given."insertedAt"
  WHERE encode(digested.digest, 'hex') IS DISTINCT FROM given.digest LIMIT 1`;

async function writeBatch(tx: Tx, { type, from, lines }: Batch): Promise<void> {
  const writer = writers[type];
  if (writer === undefined) throw invalid(`line ${from} is of an unknown kind: ${type}`);
  // The lines of one kind, as they are: one statement reads them all.
  const set = `[${lines.join(',')}]`;
  try {
    await tx.execute(writer, [set]);
    if (type !== 'journal') return;
    const [changed] = await tx.query<{ id: string }>(changedJournals, [set]);
    if (changed) throw invalid(`journal ${changed.id} is not what its digest was made of`);
  } catch (error) {
    const fault = databaseError(error);
    // Data exceptions (22…) and broken constraints (23…) are the log's fault; anything else is not.
    if (fault && /^2[23]/.test(fault.code))
      throw invalid(`lines ${from} to ${from + lines.length - 1}: ${fault.message}`);
    throw error;
  }
}

function refuseUnlessCounted(end: string, counts: Record<string, number>): void {
  const told = parsed<{ counts?: Record<string, number> }>(end, 0).counts ?? {};
  for (const type of new Set([...Object.keys(told), ...Object.keys(counts)]))
    if (told[type] !== counts[type])
      throw invalid(`it says that it has ${told[type] ?? 0} of the kind ${type} and has ${counts[type] ?? 0}`);
}

/** Nothing is taken over that can be summed up. */
async function settleBalances(tx: Tx): Promise<void> {
  await tx.execute('INSERT INTO ledger_reversals SELECT reverses, id FROM ledger_journals WHERE reverses IS NOT NULL');
  await tx.execute(
    `UPDATE ledger_accounts account SET posted = coalesce(posting.total, 0), postings = coalesce(posting.parts, 0),
       held = coalesce(hold.total, 0), changed_at = greatest(coalesce(posting.latest, 'epoch'), coalesce(hold.latest, 'epoch'))
     FROM ledger_accounts same
     LEFT JOIN (SELECT account_id, sum(amount)::bigint AS total, count(*) AS parts, max(inserted_at) AS latest FROM ledger_postings GROUP BY 1) posting
       ON posting.account_id = same.id
     LEFT JOIN (SELECT account_id, (sum(amount - captured) FILTER (WHERE status = 'open'))::bigint AS total,
         greatest(max(created_at), max(closed_at)) AS latest FROM ledger_holds GROUP BY 1) hold ON hold.account_id = same.id
     WHERE same.id = account.id`,
  );
}

async function refuseUnlessProven(tx: Tx, head: string | null): Promise<void> {
  const [chain] = await tx.query<{ head: string }>(
    `SELECT encode(hash, 'hex') AS head FROM ledger_chain ORDER BY seq DESC LIMIT 1`,
  );
  if ((chain?.head ?? null) !== head) throw invalid('its chain does not end in the hash that its head names');
  for (const proof of ledgerProofs) {
    const { offenders } = await proof.run(tx, 1);
    if (offenders[0]) throw invalid(`${proof.name}: ${offenders[0].subject}: ${offenders[0].detail}`);
  }
}

function parsed<T extends object>(line: string, number: number): T {
  try {
    return JSON.parse(line) as T;
  } catch {
    throw invalid(number === 0 ? 'its end is not JSON' : `line ${number} is not JSON`);
  }
}

function invalid(why: string): Refusal {
  return new Refusal('invalid', 'ledger_log_invalid', `the log cannot be read: ${why}`);
}
