import type { Invariant, View } from '../invariant';
import { matching } from '../matching';
import { bornAt } from './listening';

/**
 * From when on orders of a merchant and currency must earn: since its default program is there, and at the latest since
 * the first receipt. A program that was changed may have become the default only then; no receipt names a time of the
 * database, but its id of version 7 does. Orders completed before may have earned, and then it counts like any other.
 */
const earningSince = `
  SELECT program.merchant_id::text AS merchant, program.currency::text AS currency,
    least(min(CASE WHEN is_default AND version = 1 THEN program.created_at WHEN is_default THEN updated_at END), min(first.at)) AS since
  FROM loyalty_programs program
  LEFT JOIN (SELECT program_id, ${bornAt('min(id::text)')} AS at FROM loyalty_receipts GROUP BY 1) first ON first.program_id = program.id
  GROUP BY 1, 2`;

async function programs(view: View): Promise<unknown[]> {
  const rows = await view.of('loyalty').query<{ merchant: string; currency: string; since: Date | null }>(earningSince);
  return [rows.map(({ merchant }) => merchant), rows.map(({ currency }) => currency), rows.map(({ since }) => since)];
}

/** Completed orders of merchants with a program; `must` when the order was said to be completed after orders had to earn. */
const earningOrders = `
  SELECT o.*, coalesce(said.at >= program.since + interval '2 seconds', false) AS must
  FROM orders o
  JOIN unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS program (merchant_id, currency, since) ON program.merchant_id = o.merchant_id AND program.currency = o.currency
  LEFT JOIN (SELECT subject, min(created_at) AS at FROM outbox WHERE type = 'orders.order.completed' GROUP BY subject) said ON said.subject = o.id::text
  WHERE o.status IN ('completed', 'partially_refunded', 'refunded')`;

const everyOrder = matching({
  name: 'loyalty.every-order-earned-once',
  says: 'Every completed order has exactly one receipt for what it earned, or for why it earned nothing, and no receipt is without its order.',
  left: {
    service: 'orders',
    params: programs,
    what: 'the order',
    sql: `SELECT id::text AS key, concat_ws(' ', member_id, merchant_id) AS value, ARRAY[id, checkout_id]::text[] AS refs, must FROM (${earningOrders}) o`,
  },
  right: {
    service: 'loyalty',
    what: 'the receipt',
    sql: `SELECT order_id::text AS key, concat_ws(' ', member_id, merchant_id) AS value, ARRAY[order_id]::text[] AS refs, true AS must
          FROM loyalty_receipts WHERE kind IN ('earn', 'refused')`,
  },
});

const everyLine = matching({
  name: 'loyalty.every-line-earned-once',
  says: 'Every line of a completed order earned exactly once, on what it cost.',
  left: {
    service: 'orders',
    params: programs,
    what: 'the order line',
    sql: `SELECT i.line_id::text AS key, concat_ws(' ', o.id, i.total_minor) AS value, ARRAY[o.id, o.checkout_id]::text[] AS refs, must
          FROM (${earningOrders}) o JOIN order_items i ON i.order_id = o.id`,
  },
  right: {
    service: 'loyalty',
    what: 'the earning',
    sql: `SELECT line_id::text AS key, concat_ws(' ', order_id, total_minor) AS value, ARRAY[order_id]::text[] AS refs, true AS must
          FROM loyalty_earned_lines`,
  },
});

const everyRefund = matching({
  name: 'loyalty.every-refund-clawed-back-once',
  says: 'Every completed refund of an order that earned was clawed back exactly once, for the lines and cents it names.',
  left: {
    service: 'orders',
    params: programs,
    what: 'the refund',
    sql: `SELECT r.id::text AS key, concat_ws(' ', o.id, o.member_id, (SELECT string_agg(line_id || ' ' || l.total_minor, ' ' ORDER BY line_id) FROM refund_lines l WHERE l.refund_id = r.id)) AS value,
            ARRAY[r.id, o.id]::text[] AS refs, must
          FROM refunds r JOIN (${earningOrders}) o ON o.id = r.order_id WHERE r.status = 'completed' AND r.purpose = 'return'`,
  },
  right: {
    service: 'loyalty',
    what: 'the clawback',
    sql: `SELECT refund_id::text AS key, concat_ws(' ', order_id, member_id,
            (SELECT string_agg((line->>'line_id') || ' ' || (line->>'total_minor'), ' ' ORDER BY line->>'line_id') FROM jsonb_array_elements(input->'lines') line)) AS value,
            ARRAY[refund_id, order_id]::text[] AS refs, true AS must
          FROM loyalty_receipts WHERE kind = 'clawback'`,
  },
});

const refundedLines = matching({
  name: 'loyalty.lines-count-their-refunds',
  says: 'What loyalty counts as refunded of a line is the sum of the refunds of that line.',
  left: {
    service: 'orders',
    params: programs,
    what: 'the order line',
    sql: `SELECT l.line_id::text AS key, concat_ws(' ', o.id, sum(l.total_minor)) AS value, ARRAY[o.id]::text[] || array_agg(r.id)::text[] AS refs, bool_and(must) AS must
          FROM (${earningOrders}) o JOIN refunds r ON r.order_id = o.id JOIN refund_lines l ON l.refund_id = r.id
          WHERE r.status = 'completed' AND r.purpose = 'return' GROUP BY l.line_id, o.id HAVING sum(l.total_minor) > 0`,
  },
  right: {
    service: 'loyalty',
    what: 'the earning',
    sql: `SELECT line_id::text AS key, concat_ws(' ', order_id, refunded_minor) AS value, ARRAY[order_id]::text[] AS refs, true AS must
          FROM loyalty_earned_lines WHERE refunded_minor > 0`,
  },
});

export const earningInvariants: Invariant[] = [everyOrder, everyLine, everyRefund, refundedLines];
