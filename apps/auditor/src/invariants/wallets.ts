import { type Invariant, within } from '../invariant';

const walletPostings = `
  SELECT split_part(account.code, ':', 4) AS merchant_id, split_part(account.code, ':', 2) AS member_id, account.asset AS currency, posting.*
  FROM ledger_postings posting JOIN ledger_accounts account ON account.id = posting.account_id
  WHERE account.code ~ '^member:[0-9a-f-]{36}:merchant:[0-9a-f-]{36}:wallet:[A-Z]{3}$'`;

/** Journals of months that were taken out are in the archive, and only there. */
const isKept = (journalId: string): string =>
  `NOT EXISTS (SELECT FROM ledger_archived_journals WHERE id = ${journalId})`;

const transactionsFollow = within({
  service: 'wallet',
  name: 'wallets.transactions-follow-postings',
  says: 'What members see of their wallets is what the books say: one row for each posting, with its amount, its times and the balance after it.',
  examined: 'wallet_transactions',
  offenders: `
    SELECT 'transaction:' || coalesce(t.journal_id, p.journal_id) AS subject,
      CASE WHEN t.journal_id IS NULL THEN format('%s %s of member %s is not shown', p.amount, p.currency, p.member_id)
           WHEN p.journal_id IS NULL THEN format('%s %s is shown to member %s and not in the books', t.amount_minor, t.currency, t.member_id)
           ELSE format('%s with %s left is shown as %s with %s', p.amount, p.balance_after, t.amount_minor, t.balance_after_minor) END AS detail
    FROM (${walletPostings}) p
    FULL JOIN (SELECT *, merchant_id::text AS merchant, member_id::text AS member, currency::text AS money FROM wallet_transactions) t
      ON t.merchant = p.merchant_id AND t.member = p.member_id AND t.money = p.currency AND t.seq = p.seq AND t.created_at = p.inserted_at
    WHERE t.journal_id IS NULL OR p.journal_id IS NULL AND ${isKept('t.journal_id')} OR t.journal_id <> p.journal_id OR t.amount_minor <> p.amount
      OR t.balance_after_minor <> p.balance_after OR t.effective_at <> p.effective_at`,
});

const transfersMatch = within({
  service: 'wallet',
  name: 'wallets.transfers-have-one-journal',
  says: 'Every transfer between members has exactly one journal, which takes the amount from the one wallet and puts it into the other.',
  examined: 'wallet_transfers',
  offenders: `
    SELECT 'transfer:' || coalesce(t.id::text, moved.journal_id::text) AS subject,
      format('%s %s; journals %s', t.amount_minor, t.currency, coalesce(moved.postings, 'none')) AS detail
    FROM wallet_transfers t
    FULL JOIN (
      SELECT journal.id AS journal_id, journal.reference,
        string_agg(account.code || ' ' || posting.amount, ', ' ORDER BY posting.amount) AS postings
      FROM ledger_journals journal
      JOIN ledger_postings posting ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at
      JOIN ledger_accounts account ON account.id = posting.account_id
      WHERE journal.kind = 'transfer' GROUP BY journal.id, journal.reference
    ) moved ON moved.reference = 'transfer:' || t.id
    WHERE t.id IS NULL OR ${isKept('t.journal_id')} AND (moved.journal_id IS DISTINCT FROM t.journal_id
      OR moved.postings IS DISTINCT FROM format('member:%s:merchant:%s:wallet:%s %s, member:%s:merchant:%s:wallet:%s %s',
        t.from_member_id, t.merchant_id, t.currency, -t.amount_minor, t.to_member_id, t.merchant_id, t.currency, t.amount_minor))`,
});

const schedulesPostOnce = within({
  service: 'wallet',
  name: 'wallets.schedules-post-once',
  says: 'Every time a schedule was due it was dealt with once: posted, with who wanted it and why, or refused.',
  examined: 'ledger_schedule_runs',
  offenders: `
    SELECT 'schedule:' || s.id AS subject, format('was due %s times, dealt with %s times', s.occurrence, count(r.occurrence)) AS detail
    FROM ledger_schedules s LEFT JOIN ledger_schedule_runs r ON r.schedule_id = s.id
    GROUP BY s.id, s.occurrence HAVING count(r.occurrence) <> s.occurrence OR coalesce(max(r.occurrence) + 1, 0) <> s.occurrence
    UNION ALL
    SELECT 'schedule:' || coalesce(r.schedule_id, e.schedule_id),
      format('occurrence %s: journal %s, entry %s', coalesce(r.occurrence, e.occurrence), coalesce(r.journal_id::text, 'none'), coalesce(e.journal_id::text, 'none'))
    FROM (SELECT * FROM ledger_schedule_runs WHERE journal_id IS NOT NULL) r
    FULL JOIN (SELECT * FROM ledger_entries WHERE schedule_id IS NOT NULL) e ON e.schedule_id = r.schedule_id AND e.occurrence = r.occurrence
    WHERE r.journal_id IS DISTINCT FROM e.journal_id`,
});

const entriesMatch = within({
  service: 'wallet',
  name: 'wallets.entries-say-who-and-why',
  says: 'Every journal by hand was written by somebody for a reason; what waited for a second person was approved by another.',
  examined: 'ledger_entries',
  offenders: `
    SELECT 'entry:' || e.id AS subject, format('written by %s, approved by %s, proposal %s', e.created_by, coalesce(e.approved_by, 'nobody'), coalesce(p.state, 'none')) AS detail
    FROM ledger_entries e LEFT JOIN ledger_proposals p ON p.id = e.proposal_id LEFT JOIN ledger_journals j ON j.id = e.journal_id
    WHERE j.key IS DISTINCT FROM e.key AND ${isKept('e.journal_id')} OR e.approved_by = e.created_by
      OR e.proposal_id IS NOT NULL AND (p.state IS DISTINCT FROM 'approved' OR p.decided_by IS DISTINCT FROM e.approved_by OR p.proposed_by <> e.created_by)`,
});

export const walletInvariants: Invariant[] = [transactionsFollow, transfersMatch, schedulesPostOnce, entriesMatch];
