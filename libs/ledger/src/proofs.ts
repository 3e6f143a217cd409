import { verifyChain } from './chain';
import type { Reader } from './types';

export interface Offender {
  /** Kind and id of what does not add up, e.g. `journal:<id>`. */
  subject: string;
  detail: string;
}

export interface LedgerProof {
  name: string;
  /** What is proven, as a sentence. */
  says: string;
  /** How many things it looked at, and the first offenders, at most `limit`. */
  run(reader: Reader, limit: number): Promise<{ examined: number; offenders: Offender[] }>;
}

/** Grouping millions of rows in the default few megabytes spills to disk several times over. Ends with the transaction. */
async function allowMemory(reader: Reader): Promise<void> {
  await reader.query(`SELECT set_config('work_mem', '256MB', true)`);
}

/** A bare LIMIT would make the planner expect an early end and walk the indexes row by row; there is no early end when nothing is wrong. */
const firstOf = (sql: string): string =>
  `WITH offender AS MATERIALIZED (${sql}) SELECT subject, detail FROM offender LIMIT $1`;

/** A proof by one query that gives offenders (subject, detail; $1 is the limit) and one that counts what it looked at. */
function bySql(name: string, says: string, counted: string, sql: string): LedgerProof {
  return {
    name,
    says,
    run: async (reader, limit) => {
      await allowMemory(reader);
      const [total] = await reader.query<{ examined: number }>(`SELECT count(*)::int AS examined FROM ${counted}`);
      return { examined: total?.examined ?? 0, offenders: await reader.query<Offender>(firstOf(sql), [limit]) };
    },
  };
}

/** What archived months leave of an account: where its last posting in them stood. */
const carriedTo = (account: string): string => `CROSS JOIN LATERAL (
     SELECT coalesce(max(seq), 0) AS seq, coalesce(max(balance), 0) AS balance
     FROM (SELECT seq, balance FROM ledger_carried WHERE account_id = ${account} ORDER BY month DESC LIMIT 1) latest) carried`;

const journalsBalance = bySql(
  'ledger.journals-balance',
  'Every journal sums to zero per asset.',
  'ledger_journals',
  `SELECT 'journal:' || journal_id AS subject, format('%s sums to %s', asset, sum(amount)) AS detail
   FROM ledger_postings JOIN ledger_accounts account ON account.id = account_id
   GROUP BY journal_id, asset HAVING sum(amount) <> 0 ORDER BY journal_id`,
);

const journalsAreWhole = bySql(
  'ledger.journals-are-whole',
  'Every journal has at least two postings, every posting its journal and its account, with the same dates.',
  'ledger_postings',
  `SELECT * FROM (
     SELECT 'journal:' || coalesce(journal.id, posting.journal_id) AS subject,
       CASE WHEN journal.id IS NULL THEN 'postings without a journal' ELSE format('%s postings', coalesce(posting.parts, 0)) END AS detail
     FROM ledger_journals journal
     FULL JOIN (SELECT journal_id, inserted_at, effective_at, count(*) AS parts FROM ledger_postings GROUP BY 1, 2, 3) posting
       ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at AND posting.effective_at = journal.effective_at
     WHERE journal.id IS NULL OR coalesce(posting.parts, 0) < 2
     UNION ALL
     SELECT 'journal:' || posting.journal_id, format('posting %s of an unknown account %s', seq, account_id)
     FROM ledger_postings posting LEFT JOIN ledger_accounts account ON account.id = account_id WHERE account.id IS NULL
   ) offender`,
);

const postedEqualsPostings = bySql(
  'ledger.posted-equals-postings',
  'The posted balance of every account is the sum of its postings, and their number is known.',
  'ledger_accounts',
  `SELECT 'account:' || account.code AS subject,
     format('posted %s, postings sum to %s; counted %s, there are %s', posted, carried.balance + coalesce(total, 0), postings, carried.seq + coalesce(parts, 0)) AS detail
   FROM ledger_accounts account
   ${carriedTo('account.id')}
   LEFT JOIN (SELECT account_id, sum(amount) AS total, count(*) AS parts FROM ledger_postings GROUP BY account_id) posting ON account_id = account.id
   WHERE posted <> carried.balance + coalesce(total, 0) OR postings <> carried.seq + coalesce(parts, 0) ORDER BY account.id`,
);

const runningBalances = bySql(
  'ledger.running-balances',
  'Every posting carries the balance after it, and the postings of an account follow one another without a gap.',
  'ledger_postings',
  `SELECT 'journal:' || journal_id AS subject,
     format('account %s, posting %s after %s: balance %s after %s and %s', account_id, seq, prev_seq, balance_after, prev_balance, amount) AS detail
   FROM (SELECT ledger_postings.*, lag(seq, 1, coalesce(carried_seq, 0)) OVER account AS prev_seq,
           lag(balance_after, 1, coalesce(carried_balance, 0)) OVER account AS prev_balance
         FROM ledger_postings LEFT JOIN (
           SELECT DISTINCT ON (account_id) account_id AS carried_account, seq AS carried_seq, balance AS carried_balance
           FROM ledger_carried ORDER BY account_id, month DESC) carried ON carried_account = account_id
         WINDOW account AS (PARTITION BY account_id ORDER BY inserted_at, seq)) posting
   WHERE seq <> prev_seq + 1 OR balance_after <> prev_balance + amount`,
);

const heldEqualsHolds = bySql(
  'ledger.held-equals-open-holds',
  'What an account holds back is the sum of what its open holds have left.',
  'ledger_accounts',
  `SELECT 'account:' || account.code AS subject, format('held %s, open holds have %s left', held, coalesce(total, 0)) AS detail
   FROM ledger_accounts account
   LEFT JOIN (SELECT account_id, sum(amount - captured) AS total FROM ledger_holds WHERE status = 'open' GROUP BY account_id) hold
     ON account_id = account.id
   WHERE held <> coalesce(total, 0) ORDER BY account.id`,
);

const capturesMatchHolds = bySql(
  'ledger.captures-match-holds',
  'What is captured of a hold is what its capture journals took from its account, never above the hold.',
  'ledger_holds',
  `SELECT 'hold:' || coalesce(hold.id, taken.hold_id) AS subject,
     format('amount %s, captured %s, journals took %s', amount, hold.captured, coalesce(taken.total, 0) + coalesce(archived.total, 0)) AS detail
   FROM ledger_holds hold
   FULL JOIN (
     SELECT journal.hold_id, -sum(posting.amount) AS total FROM ledger_journals journal
     JOIN ledger_holds hold ON hold.id = journal.hold_id
     JOIN ledger_postings posting ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at
       AND posting.account_id = hold.account_id
     WHERE journal.hold_id IS NOT NULL GROUP BY journal.hold_id
     UNION ALL
     SELECT hold_id, 0 FROM ledger_journals journal
     WHERE hold_id IS NOT NULL AND NOT EXISTS (SELECT FROM ledger_holds WHERE id = journal.hold_id)
   ) taken ON taken.hold_id = hold.id
   LEFT JOIN (SELECT hold_id, sum(captured) AS total FROM ledger_archived_journals WHERE hold_id IS NOT NULL GROUP BY 1) archived
     ON archived.hold_id = hold.id
   WHERE hold.id IS NULL OR hold.captured <> coalesce(taken.total, 0) + coalesce(archived.total, 0) OR hold.captured > amount`,
);

const reversalsMirror = bySql(
  'ledger.reversals-mirror',
  'Every reversal takes back exactly what its journal did, once.',
  'ledger_reversals',
  `SELECT * FROM (
     SELECT 'journal:' || coalesce(journal.id, reversal.reversed_by) AS subject, 'reversal and journal are not linked both ways' AS detail
     FROM ledger_reversals reversal
     FULL JOIN (SELECT id, reverses FROM ledger_journals WHERE reverses IS NOT NULL) journal
       ON journal.id = reversal.reversed_by AND journal.reverses = reversal.journal_id
     WHERE (journal.id IS NULL OR reversal.journal_id IS NULL)
       AND NOT EXISTS (SELECT FROM ledger_archived_journals WHERE id = reversal.reversed_by)
     UNION ALL
     SELECT 'journal:' || reversed_by, format('account %s is left with %s', account_id, sum(amount))
     FROM (
       SELECT reversed_by, account_id, amount FROM ledger_reversals JOIN ledger_postings posting ON posting.journal_id = ledger_reversals.journal_id
       UNION ALL
       SELECT reversed_by, account_id, amount FROM ledger_reversals JOIN ledger_postings posting ON posting.journal_id = reversed_by
     ) both_ways
     -- Of a pair of which one is archived, the chain vouches for the other.
     WHERE NOT EXISTS (
       SELECT FROM ledger_reversals pair JOIN ledger_archived_journals archived ON archived.id IN (pair.journal_id, pair.reversed_by)
       WHERE pair.reversed_by = both_ways.reversed_by)
     GROUP BY reversed_by, account_id HAVING sum(amount) <> 0
   ) offender`,
);

const keysMatchResults = bySql(
  'ledger.keys-match-results',
  'Every journal and hold was asked for under one key, and every key that was answered with yes has its journal or hold.',
  'ledger_keys',
  `SELECT * FROM (
     SELECT 'key:' || coalesce(key.key, result.key) AS subject,
       CASE WHEN result.id IS NULL THEN format('answered with %s, which does not exist', result_id)
            ELSE format('%s %s without its key', result.sort, result.id) END AS detail
     FROM (SELECT * FROM ledger_keys WHERE refusal IS NULL) key
     FULL JOIN (
       SELECT 'journal' AS sort, id, key FROM ledger_journals UNION ALL SELECT 'hold', id, key FROM ledger_holds
     ) result ON result.key = key.key AND result.id = key.result_id
     -- The key of a void answers with a hold that has the key it was made with.
     WHERE result.id IS NULL AND NOT EXISTS (SELECT FROM ledger_holds WHERE id = key.result_id)
       AND NOT EXISTS (SELECT FROM ledger_archived_journals WHERE id = key.result_id) OR key.key IS NULL
   ) offender`,
);

const noOverdraft = bySql(
  'ledger.no-overdraft',
  'No account that may not has less than nothing available.',
  'ledger_accounts',
  `SELECT 'account:' || code AS subject, format('posted %s, held %s', posted, held) AS detail
   FROM ledger_accounts WHERE NOT allow_negative AND posted - held < 0 OR held < 0 ORDER BY id`,
);

const monitorsAreTrue = bySql(
  'ledger.monitors-are-true',
  'Every monitor knows on which side of its threshold the balance is, what it told was beyond it, and its account knows that it is watched.',
  'ledger_monitors',
  `SELECT * FROM (
     SELECT 'monitor:' || monitor.id AS subject,
       format('%s %s %s stands as %s, the balance is %s', measure, direction, threshold, beyond, balance.value) AS detail
     FROM ledger_monitors monitor JOIN ledger_accounts account ON account.id = account_id
     CROSS JOIN LATERAL (SELECT CASE measure WHEN 'posted' THEN posted WHEN 'held' THEN held ELSE posted - held END AS value) balance
     WHERE removed_at IS NULL AND (NOT monitored OR beyond <> CASE direction WHEN 'above' THEN value > threshold ELSE value < threshold END)
     UNION ALL
     SELECT 'monitor:' || monitor.id, format('told %s, which is not %s %s', value, direction, threshold)
     FROM ledger_crossings crossing JOIN ledger_monitors monitor ON monitor.id = monitor_id
     WHERE NOT CASE direction WHEN 'above' THEN value > threshold ELSE value < threshold END
   ) offender`,
);

const chainIntact: LedgerProof = {
  name: 'ledger.chain-intact',
  says: 'The hash chain over journals and postings recomputes to the same hashes.',
  run: async (reader, limit) => {
    const report = await verifyChain(reader, limit);
    return {
      examined: report.sealed,
      offenders: report.faults.map(({ seq, fault, journalId }) => ({
        subject: journalId ? `journal:${journalId}` : `link:${seq}`,
        detail: `${fault} in link ${seq}`,
      })),
    };
  },
};

/** What must hold in any ledger database at any moment. Each runs by itself on a read-only connection, in one snapshot or after writers stopped. */
export const ledgerProofs: readonly LedgerProof[] = [
  journalsBalance,
  journalsAreWhole,
  postedEqualsPostings,
  runningBalances,
  heldEqualsHolds,
  capturesMatchHolds,
  reversalsMirror,
  keysMatchResults,
  noOverdraft,
  monitorsAreTrue,
  chainIntact,
];
