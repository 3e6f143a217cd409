import { type Invariant, within } from '../invariant';
import { exchangeDue } from './exchange';
import { liabilityDue } from './liability';
import { payoutsDue } from './payouts';
import { partsDue, storedValuesDue } from './stored-values';
import { vouchersDue } from './vouchers';

/** What each journal moved: the sum of what it added anywhere. */
const moved = `
  SELECT journal.key, journal.kind, sum(posting.amount) FILTER (WHERE posting.amount > 0) AS amount FROM ledger_journals journal
  LEFT JOIN ledger_postings posting ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at GROUP BY journal.id, journal.key, journal.kind`;

/** The business events that move money, each with the journal it must have. Cashback and statements have invariants of their own. */
const moneyDue = `
  ${partsDue}
  UNION ALL SELECT 'card:' || checkout_id, 'card_payment', card_minor FROM checkout_payments WHERE state = 'captured' AND card_minor > 0
  UNION ALL SELECT 'refund:' || id, 'refund', wallet_minor + card_minor + exchanged_minor FROM payment_refunds WHERE state = 'completed'
  UNION ALL SELECT 'payment-capture:' || capture.id, 'card_payment', capture.amount_minor
    FROM payment_captures capture JOIN payment_transactions payment ON payment.id = capture.payment_id WHERE payment.purpose = 'direct' AND capture.state = 'captured'
  UNION ALL SELECT 'topup:' || id, 'topup', amount_minor FROM wallet_topups WHERE state = 'completed'
  UNION ALL ${storedValuesDue}
  UNION ALL ${vouchersDue}
  UNION ALL ${exchangeDue}
  UNION ALL ${payoutsDue}
  UNION ALL ${liabilityDue}
  UNION ALL SELECT coalesce(journal.key, 'transfer:' || t.id), 'transfer', t.amount_minor FROM wallet_transfers t LEFT JOIN ledger_journals journal ON journal.id = t.journal_id
  UNION ALL SELECT key, kind, amount_minor FROM ledger_entries`;

const pointsDue = `
  SELECT 'earn:' || order_id || ':' || program_id AS key, 'earn' AS kind, points AS amount FROM loyalty_receipts WHERE kind = 'earn' AND points > 0
  UNION ALL SELECT 'clawback:' || refund_id || ':' || program_id, 'clawback', -points FROM loyalty_receipts WHERE kind = 'clawback' AND points < 0`;

const booksMatch = (due: string, there: string): string => `
  SELECT coalesce(due.key, there.key) AS subject,
    CASE WHEN there.key IS NULL THEN format('%s of %s is not in the books', due.kind, due.amount)
         WHEN due.key IS NULL THEN format('%s of %s in the books without a reason', there.kind, there.amount)
         ELSE format('%s of %s stands in the books as %s of %s', due.kind, due.amount, there.kind, there.amount) END AS detail
  FROM (${due}) due FULL JOIN (${there}) there ON there.key = due.key
  WHERE due.key IS NULL OR there.key IS NULL OR due.kind <> there.kind OR due.amount <> there.amount`;

const money = within({
  service: 'wallet',
  name: 'wallet.books-match-what-happened',
  says: 'Every capture, refund and top-up stands in the books once with its amount, and no money moved without a reason.',
  examined: `(${moneyDue}) due`,
  offenders: booksMatch(
    moneyDue,
    `SELECT * FROM (${moved}) moved WHERE kind NOT LIKE 'cashback%' AND key NOT LIKE 'reconciliation%'`,
  ),
});

const points = within({
  service: 'loyalty',
  name: 'loyalty.books-match-receipts',
  says: 'Every receipt stands in the books once with its points, and no point moved without a receipt.',
  examined: 'loyalty_receipts',
  offenders: booksMatch(pointsDue, moved),
});

export const bookInvariants: Invariant[] = [money, points];
