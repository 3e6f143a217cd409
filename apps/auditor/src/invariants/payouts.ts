import { type Invariant, within } from '../invariant';

/** Longer than any provider needs to find its feet again; then a person has to look. */
const quietFor = `interval '1 day'`;

/** What withdrawals owe the books: each that was paid, and each that came back. */
export const payoutsDue = `
  SELECT CASE WHEN is_late THEN 'late:' ELSE 'paid:' END || 'withdrawal:' || id AS key, CASE WHEN is_late THEN 'withdrawal_late' ELSE 'withdrawal' END AS kind,
    amount_minor - CASE WHEN is_late THEN fee_minor ELSE 0 END AS amount FROM wallet_withdrawals WHERE state IN ('paid', 'returned')
  UNION ALL SELECT 'returned:withdrawal:' || id, 'reversal', amount_minor - CASE WHEN is_late THEN fee_minor ELSE 0 END FROM wallet_withdrawals WHERE state = 'returned'`;

const holdsMatch = within({
  service: 'wallet',
  name: 'payouts.holds-match-withdrawals',
  says: 'Wallet money is held for exactly the withdrawals that are on their way, the whole amount of each, and is taken or free when they are.',
  examined: 'wallet_withdrawals',
  offenders: `
    SELECT coalesce('withdrawal:' || w.id, 'hold:' || h.id) AS subject,
      format('withdrawal %s of %s; hold %s of %s', coalesce(w.state, 'unknown'), w.amount_minor, coalesce(h.status, 'none'), h.amount) AS detail
    FROM wallet_withdrawals w FULL JOIN (SELECT * FROM ledger_holds WHERE key LIKE 'withdrawal:%') h ON h.key = 'withdrawal:' || w.id
    WHERE w.id IS NULL OR h.id IS NULL OR h.amount <> w.amount_minor OR h.status <> CASE
      WHEN w.state IN ('requested', 'held', 'submitted', 'unknown') THEN 'open'
      WHEN w.state IN ('paid', 'returned') AND NOT w.is_late THEN 'captured' ELSE 'voided' END`,
});

const paidOnce = within({
  service: 'wallet',
  name: 'payouts.are-paid-and-returned-once',
  says: 'Every withdrawal that was paid has exactly one journal that took the money, every returned one exactly one that gave it back, linked to the first; no other has any.',
  examined: 'wallet_withdrawals',
  offenders: `
    SELECT 'withdrawal:' || coalesce(w.id::text, j.withdrawal_id) AS subject,
      format('%s; taken by %s, given back by %s', coalesce(w.state, 'unknown'), coalesce(j.taken, 0), coalesce(j.given, 0)) AS detail
    FROM wallet_withdrawals w FULL JOIN (
      SELECT right(key, 36) AS withdrawal_id, count(*) FILTER (WHERE key LIKE 'paid:%' OR key LIKE 'late:%') AS taken, count(*) FILTER (WHERE key LIKE 'returned:%') AS given,
        (array_agg(id) FILTER (WHERE key NOT LIKE 'returned:%'))[1] AS taken_by, (array_agg(reverses) FILTER (WHERE key LIKE 'returned:%'))[1] AS reverses
      FROM ledger_journals WHERE key LIKE 'paid:withdrawal:%' OR key LIKE 'late:withdrawal:%' OR key LIKE 'returned:withdrawal:%' GROUP BY 1
    ) j ON j.withdrawal_id = w.id::text
    WHERE w.id IS NULL OR coalesce(j.taken, 0) <> CASE WHEN w.state IN ('paid', 'returned') THEN 1 ELSE 0 END
      OR coalesce(j.given, 0) <> CASE WHEN w.state = 'returned' THEN 1 ELSE 0 END
      OR w.journal_id IS DISTINCT FROM j.taken_by OR (w.state = 'returned' AND j.reverses IS DISTINCT FROM j.taken_by)`,
});

const stepsLeadToState = within({
  service: 'wallet',
  name: 'payouts.steps-lead-to-the-state',
  says: 'The steps of every withdrawal follow one another from requested to where it stands.',
  examined: 'withdrawal_steps',
  offenders: `
    SELECT 'withdrawal:' || w.id AS subject, format('is %s, its steps end with %s', w.state, coalesce(s.last, 'nothing')) AS detail
    FROM wallet_withdrawals w LEFT JOIN (SELECT DISTINCT ON (withdrawal_id) withdrawal_id, to_state AS last FROM withdrawal_steps ORDER BY withdrawal_id, id DESC) s ON s.withdrawal_id = w.id
    WHERE w.state <> coalesce(s.last, 'nothing')
    UNION ALL
    SELECT 'withdrawal:' || withdrawal_id, format('a step from %s to %s follows one to %s', from_state, to_state, before)
    FROM (SELECT *, lag(to_state, 1, 'requested') OVER (PARTITION BY withdrawal_id ORDER BY id) AS before FROM withdrawal_steps) step WHERE from_state <> before`,
});

const leavesOnEvidence = within({
  service: 'wallet',
  name: 'payouts.leave-unknown-on-evidence',
  says: 'No withdrawal left the unknown but on what the provider answered when it was asked, or on a line of a statement.',
  examined: `(SELECT 1 FROM withdrawal_steps WHERE from_state = 'unknown') step`,
  offenders: `
    SELECT 'withdrawal:' || withdrawal_id AS subject, format('from unknown to %s by %s on %s', to_state, learned_from, coalesce(evidence, 'nothing')) AS detail
    FROM withdrawal_steps WHERE from_state = 'unknown' AND to_state <> 'unknown' AND (evidence IS NULL OR learned_from NOT IN ('answer', 'query', 'statement'))`,
});

const approvedByEnough = within({
  service: 'wallet',
  name: 'payouts.are-approved-by-enough',
  says: 'Every withdrawal that went on was approved by as many different people as it takes, none of them its own member; what was rejected has somebody who rejected it.',
  examined: 'wallet_withdrawals',
  offenders: `
    SELECT 'withdrawal:' || w.id AS subject, format('%s, needs %s approvals, counts %s; approved by %s others, rejected by %s', w.state, w.approvals_needed, w.approvals_given, approved, rejected) AS detail
    FROM wallet_withdrawals w, LATERAL (
      SELECT count(DISTINCT approver_id) FILTER (WHERE decision = 'approved' AND approver_id <> w.member_id::text) AS approved,
        count(*) FILTER (WHERE decision = 'rejected' AND approver_id <> w.member_id::text) AS rejected, count(*) FILTER (WHERE decision = 'approved') AS said
      FROM withdrawal_approvals WHERE withdrawal_id = w.id) a
    WHERE w.approvals_given <> approved OR said <> approved OR (w.state NOT IN ('requested', 'cancelled', 'rejected') AND approved < w.approvals_needed)
      OR (w.state = 'rejected') <> (rejected > 0)`,
});

const batchesAddUp = within({
  service: 'wallet',
  name: 'payouts.batches-add-up',
  says: 'Every batch holds as many withdrawals of its merchant and currency as it says, and they come to its total.',
  examined: 'payout_batches',
  offenders: `
    SELECT 'batch:' || b.id AS subject, format('says %s for %s; holds %s for %s', b.withdrawals, b.total_minor, w.number, w.total) AS detail
    FROM payout_batches b, LATERAL (
      SELECT count(*) AS number, coalesce(sum(amount_minor - fee_minor), 0)::bigint AS total FROM wallet_withdrawals
      WHERE batch_id = b.id AND merchant_id = b.merchant_id AND currency = b.currency) w
    WHERE w.number <> b.withdrawals OR w.total <> b.total_minor`,
});

const nothingIsStuck = within({
  service: 'wallet',
  name: 'payouts.nothing-is-stuck',
  says: 'No payout is unknown, or in a batch and not sent, for more than a day.',
  examined: 'wallet_withdrawals',
  offenders: `
    SELECT 'withdrawal:' || id AS subject, format('%s after %s attempts, first asked %s ago', state, attempts, date_trunc('second', now() - first_asked_at)) AS detail
    FROM wallet_withdrawals WHERE state IN ('unknown', 'held') AND first_asked_at < now() - ${quietFor}`,
});

export const payoutInvariants: Invariant[] = [
  holdsMatch,
  paidOnce,
  stepsLeadToState,
  leavesOnEvidence,
  approvedByEnough,
  batchesAddUp,
  nothingIsStuck,
];
