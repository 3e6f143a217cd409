import type { Reader } from './types';

/** Rows of one page at most. */
const maxPage = 1_000;

export interface StatementLine {
  /** Number of the posting on its account, from 1, without gaps. */
  seq: number;
  journalId: string;
  kind: string;
  reference: string | null;
  amountMinor: number;
  /** The account's balance right after this posting. */
  balanceMinor: number;
  insertedAt: Date;
  effectiveAt: Date;
  metadata: Record<string, unknown> | null;
}

export interface StatementRange {
  /** Insertion time: from inclusive, until exclusive. */
  from?: Date;
  until?: Date;
  /** The last line of the page before: the page starts below it. */
  after?: Pick<StatementLine, 'seq' | 'insertedAt'>;
  limit: number;
}

/** What happened on an account, the latest first, each line with the true balance after it. */
export function readStatement(reader: Reader, code: string, range: StatementRange): Promise<StatementLine[]> {
  return reader.query<StatementLine>(
    `SELECT posting.seq, posting.journal_id AS "journalId", journal.kind, journal.reference, posting.amount AS "amountMinor",
       posting.balance_after AS "balanceMinor", posting.inserted_at AS "insertedAt", posting.effective_at AS "effectiveAt", journal.metadata
     FROM ledger_postings posting
     JOIN ledger_journals journal ON journal.id = posting.journal_id AND journal.inserted_at = posting.inserted_at
     WHERE posting.account_id = (SELECT id FROM ledger_accounts WHERE code = $1)
       AND posting.inserted_at >= coalesce($2::timestamptz, '-infinity') AND posting.inserted_at < coalesce($3::timestamptz, 'infinity')
       AND (posting.inserted_at, posting.seq) < (coalesce($4::timestamptz, 'infinity'), coalesce($5::bigint, 9223372036854775807))
     ORDER BY posting.inserted_at DESC, posting.seq DESC LIMIT $6`,
    [
      code,
      range.from ?? null,
      range.until ?? null,
      range.after?.insertedAt ?? null,
      range.after?.seq ?? null,
      Math.min(range.limit, maxPage),
    ],
  );
}

export interface JournalView {
  id: string;
  key: string;
  kind: string;
  reference: string | null;
  reverses: string | null;
  reversedBy: string | null;
  holdId: string | null;
  insertedAt: Date;
  effectiveAt: Date;
  metadata: Record<string, unknown> | null;
  postings: { account: string; asset: string; amountMinor: number; balanceMinor: number }[];
}

/** Journals with their postings: those with one of the ids or with the reference, the latest first, at most `limit`. */
export function readJournals(
  reader: Reader,
  choice: { ids: readonly string[] } | { reference: string },
  limit: number,
): Promise<JournalView[]> {
  const [condition, value] =
    'ids' in choice ? ['journal.id = ANY ($1::uuid[])', choice.ids] : ['journal.reference = $1', choice.reference];
  return reader.query<JournalView>(
    `SELECT journal.id, journal.key, journal.kind, journal.reference, journal.reverses, reversal.reversed_by AS "reversedBy",
       journal.hold_id AS "holdId", journal.inserted_at AS "insertedAt", journal.effective_at AS "effectiveAt", journal.metadata,
       (SELECT json_agg(json_build_object('account', account.code, 'asset', account.asset, 'amountMinor', posting.amount,
            'balanceMinor', posting.balance_after) ORDER BY posting.amount, posting.account_id, posting.seq)
        FROM ledger_postings posting JOIN ledger_accounts account ON account.id = posting.account_id
        WHERE posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at) AS postings
     FROM ledger_journals journal LEFT JOIN ledger_reversals reversal ON reversal.journal_id = journal.id
     WHERE ${condition} ORDER BY journal.inserted_at DESC, journal.id DESC LIMIT $2`,
    [value, Math.min(limit, maxPage)],
  );
}

export interface HoldView {
  id: string;
  key: string;
  account: string;
  asset: string;
  amountMinor: number;
  capturedMinor: number;
  status: 'open' | 'captured' | 'voided' | 'expired';
  reference: string | null;
  expiresAt: Date | null;
  createdAt: Date;
  closedAt: Date | null;
}

const holdColumns = `SELECT hold.id, hold.key, account.code AS account, account.asset, hold.amount AS "amountMinor",
    hold.captured AS "capturedMinor", hold.status, hold.reference, hold.expires_at AS "expiresAt", hold.created_at AS "createdAt",
    hold.closed_at AS "closedAt"
  FROM ledger_holds hold JOIN ledger_accounts account ON account.id = hold.account_id`;

/** Holds of an account, or one by id or key, the latest first; timed-out ones included. Ids sort by time: `afterId` is the last of the page before. */
export function readHoldViews(
  reader: Reader,
  choice: { account: string; status?: HoldView['status']; afterId?: string } | { holdId: string } | { holdKey: string },
  limit: number,
): Promise<HoldView[]> {
  const [condition, params] = holdChoice(choice);
  return reader.query<HoldView>(`${holdColumns} WHERE ${condition} ORDER BY hold.id DESC LIMIT $1`, [
    Math.min(limit, maxPage),
    ...params,
  ]);
}

export interface TimedOutChoice {
  /** Now: what decides which open holds are over their time. */
  now: Date;
  /** Account code; of every account when left out. */
  account?: string;
  /** When the time was up: from inclusive, until exclusive. */
  from?: Date;
  until?: Date;
  after?: Pick<HoldView, 'id' | 'expiresAt'>;
}

/** Holds whose time is up, given back already or not, the latest first; see Ledger.timedOutHolds. */
export function readTimedOutHolds(reader: Reader, choice: TimedOutChoice, limit: number): Promise<HoldView[]> {
  return reader.query<HoldView>(
    `${holdColumns}
     WHERE hold.status IN ('open', 'expired') AND hold.expires_at <= $2
       AND hold.expires_at >= coalesce($3::timestamptz, '-infinity') AND hold.expires_at < coalesce($4::timestamptz, 'infinity')
       AND (hold.expires_at, hold.id) < (coalesce($5::timestamptz, 'infinity'), coalesce($6::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       AND ($7::text IS NULL OR hold.account_id = (SELECT id FROM ledger_accounts WHERE code = $7))
     ORDER BY hold.expires_at DESC, hold.id DESC LIMIT $1`,
    [
      Math.min(limit, maxPage),
      choice.now,
      choice.from ?? null,
      choice.until ?? null,
      choice.after?.expiresAt ?? null,
      choice.after?.id ?? null,
      choice.account ?? null,
    ],
  );
}

function holdChoice(choice: Parameters<typeof readHoldViews>[1]): [string, unknown[]] {
  if ('holdId' in choice) return ['hold.id = $2', [choice.holdId]];
  if ('holdKey' in choice)
    return ['hold.id = (SELECT result_id FROM ledger_keys WHERE key = $2) AND hold.key = $2', [choice.holdKey]];
  return [
    `hold.account_id = (SELECT id FROM ledger_accounts WHERE code = $2)
     AND ($3::text IS NULL OR hold.status = $3) AND ($4::uuid IS NULL OR hold.id < $4)`,
    [choice.account, choice.status ?? null, choice.afterId ?? null],
  ];
}
