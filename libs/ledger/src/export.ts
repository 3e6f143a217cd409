import { Refusal } from '@florin/kernel';
import { archivedMonths } from './archive';
import { digestedJournals } from './chain';
import type { Reader } from './types';

/** Lines read at a time: bounds the memory of an export, whatever its length. */
const pageSize = 1_000;

export const logVersion = 1;

export interface ExportChoice {
  /** Only journals sealed after this link of the chain: what a warehouse asks for that has the rest. Such a log cannot be imported. */
  afterLink?: number;
}

/** Times as text to the microsecond in UTC, whatever the session's time zone. */
const time = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

interface Section {
  /** Gives `line` (json text) and `at` (what to go on behind); $1 is the last `at` as text or null, $2 the page size. */
  sql: string;
}

const accounts: Section = {
  sql: `SELECT code AS at, json_build_object('type', 'account', 'id', id, 'code', code, 'asset', asset, 'allowNegative', allow_negative,
      'labels', labels, 'openedAt', ${time('opened_at')}, 'archivedAt', ${time('closed_at')})::text AS line
    FROM ledger_accounts WHERE code COLLATE "C" > coalesce($1, '') ORDER BY code COLLATE "C" LIMIT $2`,
};

const holds: Section = {
  sql: `SELECT id::text AS at, json_build_object('type', 'hold', 'id', id, 'accountId', account_id, 'key', key, 'amountMinor', amount,
      'capturedMinor', captured, 'status', status, 'reference', reference, 'expiresAt', ${time('expires_at')},
      'createdAt', ${time('created_at')}, 'closedAt', ${time('closed_at')})::text AS line
    FROM ledger_holds WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT $2`,
};

const keys: Section = {
  sql: `SELECT key AS at, json_build_object('type', 'key', 'key', key, 'inputHash', encode(input_hash, 'hex'), 'resultId', result_id,
      'refusal', refusal, 'detail', detail, 'createdAt', ${time('created_at')})::text AS line
    FROM ledger_keys WHERE $1::text IS NULL OR key > $1 ORDER BY key LIMIT $2`,
};

const links: Section = {
  sql: `SELECT seq::text AS at, json_build_object('type', 'link', 'seq', seq, 'afterOrder', after_order, 'upToOrder', up_to_order,
      'journals', cardinality(journal_ids), 'firstInsertedAt', ${time('first_inserted_at')}, 'lastInsertedAt', ${time('last_inserted_at')},
      'prevHash', encode(prev_hash, 'hex'), 'hash', encode(hash, 'hex'), 'sealedAt', ${time('sealed_at')})::text AS line
    FROM ledger_chain WHERE seq > coalesce($1::bigint, $3::bigint) ORDER BY seq LIMIT $2`,
};

/** $3 and $4 bound the numbers of the transactions: after, and up to and including. */
const journals: Section = {
  sql: `WITH page AS MATERIALIZED (
      SELECT id, inserted_at, tx_order FROM ledger_journals
      WHERE (tx_order, id) > (coalesce(split_part($1, ' ', 1)::bigint, $3::bigint), coalesce(split_part($1, ' ', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        AND tx_order <= $4::bigint ORDER BY tx_order, id LIMIT $2)
    SELECT journal.tx_order || ' ' || journal.id AS at, json_build_object('type', 'journal', 'id', journal.id, 'txOrder', journal.tx_order,
      'insertedAt', ${time('journal.inserted_at')}, 'effectiveAt', ${time('journal.effective_at')}, 'kind', journal.kind, 'key', journal.key,
      'reference', journal.reference, 'reverses', journal.reverses, 'holdId', journal.hold_id, 'metadata', journal.metadata,
      'postings', (SELECT json_agg(json_build_object('accountId', posting.account_id, 'account', account.code, 'asset', account.asset, 'seq', posting.seq,
          'amountMinor', posting.amount, 'balanceMinor', posting.balance_after) ORDER BY posting.account_id, posting.seq)
        FROM ledger_postings posting JOIN ledger_accounts account ON account.id = posting.account_id
        WHERE posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at),
      'digest', encode(digested.digest, 'hex'))::text AS line
    FROM (${digestedJournals('JOIN page ON page.id = journal.id AND page.inserted_at = journal.inserted_at')}) digested
    JOIN ledger_journals journal ON journal.id = digested.id AND journal.inserted_at = digested.inserted_at
    ORDER BY journal.tx_order, journal.id`,
};

/**
 * The log of the ledger as lines of JSON, one thing a line: a head, accounts, journals with their postings and digests in the
 * order of the chain, holds, keys, links of the chain, an end with the counts. Monitors stay behind: they watch, they are no
 * history. Read it in one REPEATABLE READ transaction, so that all of it is of one moment; a page at a time is in memory.
 */
export async function* exportLog(reader: Reader, { afterLink }: ExportChoice = {}): AsyncGenerator<string> {
  const counts: Record<string, number> = {};
  const count = async function* (type: string, lines: AsyncGenerator<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      counts[type] = (counts[type] ?? 0) + 1;
      yield line;
    }
  };
  const [archived] = await archivedMonths(reader);
  if (afterLink === undefined && archived)
    throw new Refusal(
      'conflict',
      'ledger_archived',
      `the ledger was archived up to the end of ${archived.month}: it is not whole`,
    );
  const { after, upTo, head, since } = await boundsOf(reader, afterLink);
  yield JSON.stringify({ type: 'ledger', version: logVersion, afterLink: afterLink ?? null, head, since });
  if (afterLink === undefined) yield* count('account', pages(reader, accounts));
  yield* count('journal', pages(reader, journals, [after, upTo]));
  if (afterLink === undefined) {
    yield* count('hold', pages(reader, holds));
    yield* count('key', pages(reader, keys));
  }
  yield* count('link', pages(reader, links, [afterLink ?? 0]));
  yield JSON.stringify({ type: 'end', counts, head });
}

const endless = '9223372036854775807';

async function boundsOf(
  reader: Reader,
  afterLink: number | undefined,
): Promise<{ after: string; upTo: string; head: string | null; since: string | null }> {
  const [row] = await reader.query<{
    after: number | null;
    up_to: number | null;
    head: string | null;
    since: string | null;
  }>(
    `SELECT (SELECT up_to_order FROM ledger_chain WHERE seq = $1) AS after,
       (SELECT up_to_order FROM ledger_chain ORDER BY seq DESC LIMIT 1) AS up_to,
       (SELECT encode(hash, 'hex') FROM ledger_chain ORDER BY seq DESC LIMIT 1) AS head,
       (SELECT ${time('min(inserted_at)')} FROM ledger_journals) AS since`,
    [afterLink ?? 0],
  );
  const [head, since] = [row?.head ?? null, row?.since ?? null];
  if (afterLink === undefined) return { after: '-1', upTo: endless, head, since };
  if (afterLink !== 0 && row?.after == null)
    throw new Refusal('not_found', 'ledger_link_unknown', `there is no link ${afterLink} in the chain`);
  return { after: String(row?.after ?? 0), upTo: String(row?.up_to ?? 0), head, since };
}

async function* pages(reader: Reader, { sql }: Section, more: readonly unknown[] = []): AsyncGenerator<string> {
  for (let at: string | null = null; ;) {
    const rows: { at: string; line: string }[] = await reader.query(sql, [at, pageSize, ...more]);
    for (const row of rows) yield row.line;
    const last = rows.at(-1);
    if (rows.length < pageSize || !last) return;
    at = last.at;
  }
}
