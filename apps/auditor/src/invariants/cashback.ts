import { type Invariant, within } from '../invariant';
import { matching } from '../matching';

const granted = matching({
  name: 'cashback.kept-as-granted',
  says: 'Every cashback that loyalty granted is in the wallet once, for the same order, member and amount, and no other is.',
  left: {
    service: 'loyalty',
    what: 'the cashback',
    sql: `SELECT id::text AS key, concat_ws(' ', order_id, member_id, merchant_id, currency, amount_minor) AS value, ARRAY[id, order_id]::text[] AS refs, true AS must FROM loyalty_cashback`,
  },
  right: {
    service: 'wallet',
    what: 'the cashback',
    sql: `SELECT id::text AS key, concat_ws(' ', order_id, member_id, merchant_id, currency, amount_minor) AS value, ARRAY[id, order_id]::text[] AS refs, true AS must FROM wallet_cashback`,
  },
});

const borne = 'borne by the merchant';
const reversed = matching({
  name: 'cashback.reversed-as-refunded',
  says: 'Every reversal that loyalty asked for was taken back once by the wallet, or refused once because it was spent; nothing else was taken back.',
  left: {
    service: 'loyalty',
    what: 'the reversal',
    sql: `SELECT concat_ws(':', envelope->'data'->>'refundId', envelope->'data'->>'cashbackId') AS key, envelope->'data'->>'amountMinor' AS value,
            ARRAY[envelope->'data'->>'refundId', envelope->'data'->>'cashbackId'] AS refs, true AS must FROM outbox WHERE type = 'loyalty.cashback.reversed'`,
  },
  right: {
    service: 'wallet',
    what: 'the reversal',
    sql: `SELECT substr(k.key, length('cashback-reversed:') + 1) AS key,
            CASE WHEN k.refusal IS NOT NULL THEN '${borne}' ELSE (SELECT sum(amount)::text FROM ledger_postings p WHERE p.journal_id = k.result_id AND amount > 0) END AS value,
            string_to_array(substr(k.key, length('cashback-reversed:') + 1), ':') AS refs, true AS must FROM ledger_keys k WHERE k.key LIKE 'cashback-reversed:%'`,
  },
  agrees: (_, taken) => taken === borne,
});

const reversalsAreShares = within({
  service: 'loyalty',
  name: 'cashback.reversals-are-cumulative',
  says: 'Of every cashback exactly the share is reversed that was refunded of its order, and as much was said.',
  examined: 'loyalty_cashback',
  offenders: `
    SELECT 'cashback:' || c.id AS subject, format('order %s: %s of %s refunded (lines %s of %s), %s of %s reversed, %s said', c.order_id, c.refunded_minor, c.order_total_minor, l.refunded, l.total,
      c.reversed_minor, c.amount_minor, coalesce(said.amount, 0)) AS detail
    FROM loyalty_cashback c
    LEFT JOIN (SELECT order_id, program_id, sum(total_minor) AS total, sum(refunded_minor) AS refunded FROM loyalty_earned_lines GROUP BY 1, 2) l
      ON l.order_id = c.order_id AND l.program_id = c.program_id
    LEFT JOIN (SELECT envelope->'data'->>'cashbackId' AS id, sum((envelope->'data'->>'amountMinor')::bigint) AS amount FROM outbox WHERE type = 'loyalty.cashback.reversed' GROUP BY 1) said
      ON said.id = c.id::text
    WHERE c.order_total_minor IS DISTINCT FROM l.total OR c.refunded_minor IS DISTINCT FROM l.refunded OR c.reversed_minor <> coalesce(said.amount, 0)
      OR c.reversed_minor <> div(2 * c.amount_minor::numeric * c.refunded_minor + c.order_total_minor, 2 * c.order_total_minor::numeric)`,
});

/** Journals of cashback, by its id: the last part of the key. */
const journals = `
  SELECT split_part(journal.key, ':', CASE kind WHEN 'cashback_reversed' THEN 3 ELSE 2 END) AS id,
    sum(amount) FILTER (WHERE kind = 'cashback_accrued' AND amount > 0) AS accrued, sum(amount) FILTER (WHERE kind = 'cashback_reversed' AND amount > 0) AS reversed,
    count(*) FILTER (WHERE kind = 'cashback_paid' AND amount > 0) AS paid, sum(amount) FILTER (WHERE kind = 'cashback_declined' AND amount > 0) AS declined, sum(amount) FILTER (WHERE account.code LIKE 'member:%:cashback-pending:%') AS pending
  FROM ledger_journals journal
  JOIN ledger_postings posting ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at
  JOIN ledger_accounts account ON account.id = posting.account_id
  WHERE kind LIKE 'cashback%' GROUP BY 1`;

const booked = within({
  service: 'wallet',
  name: 'cashback.books-match',
  says: 'Every cashback was booked once as pending and paid once, and what was taken back, declined or still waits stands in the books.',
  examined: 'wallet_cashback',
  offenders: `
    SELECT 'cashback:' || coalesce(c.id::text, j.id) AS subject, CASE WHEN c.id IS NULL THEN 'in the books without a cashback' ELSE
      format('%s: %s granted, %s reversed; books accrued %s, reversed %s, paid %s times, left pending %s', c.state, c.amount_minor, c.reversed_minor,
        coalesce(j.accrued, 0), coalesce(j.reversed, 0), coalesce(j.paid, 0), coalesce(j.pending, 0)) END AS detail
    FROM wallet_cashback c FULL JOIN (${journals}) j ON j.id = c.id::text
    WHERE c.id IS NULL OR j.accrued IS DISTINCT FROM c.amount_minor OR coalesce(j.reversed, 0) <> c.reversed_minor
      OR coalesce(j.paid, 0) <> CASE c.state WHEN 'paid' THEN 1 ELSE 0 END OR coalesce(j.declined, 0) <> c.declined_minor
      OR coalesce(j.pending, 0) <> CASE WHEN c.state IN ('pending', 'confirmed', 'payable') THEN c.amount_minor - c.reversed_minor ELSE 0 END`,
});

const stepsLeadToState = within({
  service: 'wallet',
  name: 'cashback.steps-lead-to-the-state',
  says: 'The steps of every cashback follow one another to where it stands: pending, confirmed, payable, paid, or declined with a reason.',
  examined: 'wallet_cashback_steps',
  offenders: `
    SELECT 'cashback:' || c.id AS subject, format('is %s, its steps end with %s', c.state, s.last) AS detail
    FROM wallet_cashback c JOIN (SELECT DISTINCT ON (cashback_id) cashback_id, to_state AS last FROM wallet_cashback_steps ORDER BY cashback_id, id DESC) s ON s.cashback_id = c.id
    WHERE c.state <> s.last OR (c.state = 'declined' AND coalesce(c.reason, '') = '')
    UNION ALL
    SELECT 'cashback:' || cashback_id, format('a step from %s to %s follows one to %s', from_state, to_state, before)
    FROM (SELECT *, lag(to_state, 1, 'none') OVER (PARTITION BY cashback_id ORDER BY id) AS before FROM wallet_cashback_steps) step
    WHERE from_state <> before OR from_state <> 'none' AND (from_state, to_state) NOT IN (('pending', 'confirmed'), ('confirmed', 'payable'), ('payable', 'paid'))
      AND to_state <> 'declined' AND from_state <> to_state`,
});

export const cashbackInvariants: Invariant[] = [granted, reversed, reversalsAreShares, booked, stepsLeadToState];
