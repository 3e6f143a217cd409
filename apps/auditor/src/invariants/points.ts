import { type Invariant, within } from '../invariant';

const receiptsAreTheirLines = within({
  service: 'loyalty',
  name: 'loyalty.receipts-are-their-lines',
  says: 'The points of a receipt are those of its lines and what its explanation ends with, under a version of the rules that exists.',
  examined: `loyalty_receipts WHERE kind IN ('earn', 'refused')`,
  offenders: `
    SELECT 'receipt:' || r.id AS subject, format('%s points of order %s under version %s; its lines earned %s, its explanation ends with %s', r.points, r.order_id, r.program_version,
      coalesce(l.points::text, 'nothing'), coalesce(r.steps->-1->>'value', 'nothing')) AS detail
    FROM loyalty_receipts r
    LEFT JOIN (SELECT order_id, program_id, sum(points) AS points FROM loyalty_earned_lines GROUP BY 1, 2) l ON l.order_id = r.order_id AND l.program_id = r.program_id
    LEFT JOIN loyalty_program_versions v ON v.program_id = r.program_id AND v.version = r.program_version
    WHERE r.kind IN ('earn', 'refused') AND (r.points IS DISTINCT FROM l.points OR r.points <> (r.steps->-1->>'value')::bigint OR v.version IS NULL OR r.kind = 'refused' AND r.points <> 0)`,
});

const lotsMatchReceipts = within({
  service: 'loyalty',
  name: 'loyalty.lots-match-receipts',
  says: 'Every receipt that gave points opened one lot of as many, and every lot has its receipt.',
  examined: 'loyalty_lots',
  offenders: `
    SELECT coalesce('receipt:' || r.id, 'lot:' || l.receipt_id) AS subject,
      CASE WHEN r.id IS NULL THEN 'a lot without a receipt' ELSE format('gave %s points, %s lots of %s', r.points, coalesce(l.lots, 0), coalesce(l.earned, 0)) END AS detail
    FROM (SELECT * FROM loyalty_receipts WHERE kind = 'earn' AND points > 0) r
    FULL JOIN (SELECT receipt_id, member_id, program_id, order_id, count(*) AS lots, sum(earned) AS earned FROM loyalty_lots GROUP BY 1, 2, 3, 4) l
      ON l.receipt_id = r.id AND l.member_id = r.member_id AND l.program_id = r.program_id AND l.order_id = r.order_id
    WHERE r.id IS NULL OR l.lots IS DISTINCT FROM 1 OR l.earned <> r.points`,
});

const lotsAreTheBalance = within({
  service: 'loyalty',
  name: 'loyalty.lots-are-the-balance',
  says: 'What is left of the lots of a member is the balance in the books and the standing that the member sees.',
  examined: 'customer_loyalty',
  offenders: `
    SELECT 'member:' || coalesce(m.member_id, l.member_id) AS subject,
      format('program %s: standing %s, lots %s, books %s', coalesce(m.program_id, l.program_id), m.points, coalesce(l.remaining, 0), account.posted) AS detail
    FROM customer_loyalty m
    FULL JOIN (SELECT member_id, program_id, sum(remaining) AS remaining FROM loyalty_lots GROUP BY 1, 2) l ON l.member_id = m.member_id AND l.program_id = m.program_id
    LEFT JOIN ledger_accounts account ON account.code = format('member:%s:points:%s', coalesce(m.member_id, l.member_id), coalesce(m.program_id, l.program_id))
    WHERE m.points IS DISTINCT FROM coalesce(l.remaining, 0) OR account.posted IS DISTINCT FROM m.points`,
});

const lotsAreUsedUpByReceipts = within({
  service: 'loyalty',
  name: 'loyalty.receipts-lead-to-the-standing',
  says: 'The receipts of a member sum to the standing, qualifying points are what was earned less what was owed back, and days count what was earned.',
  examined: 'customer_loyalty',
  offenders: `
    SELECT 'member:' || coalesce(m.member_id, r.member_id) AS subject,
      format('program %s: standing %s, receipts sum to %s; qualifying %s, lines leave %s; days count %s of %s earned', coalesce(m.program_id, r.program_id), m.points, coalesce(r.points, 0),
        m.qualifying_points, coalesce(r.earned, 0) - coalesce(owed.points, 0), coalesce(day.points, 0), coalesce(r.earned, 0)) AS detail
    FROM customer_loyalty m
    FULL JOIN (SELECT member_id, program_id, sum(points) AS points, coalesce(sum(points) FILTER (WHERE kind = 'earn'), 0) AS earned, sum(qualifying_points) AS qualifying FROM loyalty_receipts GROUP BY 1, 2) r
      ON r.member_id = m.member_id AND r.program_id = m.program_id
    LEFT JOIN (
      SELECT member_id, l.program_id, sum(clawed_points) AS points FROM loyalty_earned_lines l
      JOIN loyalty_receipts e ON e.order_id = l.order_id AND e.program_id = l.program_id AND e.kind IN ('earn', 'refused') WHERE clawed_points > 0 GROUP BY 1, 2
    ) owed ON owed.member_id = m.member_id AND owed.program_id = m.program_id
    LEFT JOIN (SELECT member_id, program_id, sum(points) AS points FROM loyalty_daily_earnings GROUP BY 1, 2) day ON day.member_id = m.member_id AND day.program_id = m.program_id
    WHERE m.points IS DISTINCT FROM coalesce(r.points, 0) OR m.qualifying_points IS DISTINCT FROM coalesce(r.earned, 0) - coalesce(owed.points, 0)
      OR m.qualifying_points IS DISTINCT FROM coalesce(r.qualifying, 0) OR coalesce(day.points, 0) <> coalesce(r.earned, 0)`,
});

const movementsLeadToTheLots = within({
  service: 'loyalty',
  name: 'loyalty.movements-lead-to-the-lots',
  says: 'The movements of a lot sum to what is left of it, and those of a receipt to its points.',
  examined: 'loyalty_lot_movements',
  offenders: `
    SELECT 'lot:' || l.id AS subject, format('%s left, movements sum to %s', l.remaining, coalesce(m.points, 0)) AS detail
    FROM loyalty_lots l LEFT JOIN (SELECT lot_id, sum(points) AS points FROM loyalty_lot_movements GROUP BY 1) m ON m.lot_id = l.id
    WHERE l.remaining IS DISTINCT FROM coalesce(m.points, 0)
    UNION ALL
    SELECT 'receipt:' || r.id, format('changed %s points, movements of lots sum to %s', r.points, coalesce(m.points, 0))
    FROM loyalty_receipts r LEFT JOIN (SELECT receipt_id, sum(points) AS points FROM loyalty_lot_movements GROUP BY 1) m ON m.receipt_id = r.id
    WHERE r.points IS DISTINCT FROM coalesce(m.points, 0)`,
});

/** Half up, in whole numbers, from the refunded sum alone: however a return was cut into refunds, the same points are owed. */
const clawbacksAreCumulative = within({
  service: 'loyalty',
  name: 'loyalty.clawbacks-are-cumulative',
  says: 'Of every line exactly the share of its points is clawed back that was refunded of its cents, and the receipts of the refunds took as many, unless they were spent.',
  examined: 'loyalty_earned_lines',
  offenders: `
    SELECT 'line:' || line_id AS subject, format('order %s: %s of %s refunded, %s of %s points clawed back', order_id, refunded_minor, total_minor, clawed_points, points) AS detail
    FROM loyalty_earned_lines
    WHERE clawed_points <> CASE WHEN total_minor = 0 THEN 0 ELSE div(2 * points::numeric * refunded_minor + total_minor, 2 * total_minor::numeric) END
      OR refunded_minor > total_minor OR clawed_points > points
    UNION ALL
    SELECT 'order:' || l.order_id, format('lines owe %s points back, receipts took %s', l.clawed, coalesce(r.taken, 0))
    FROM (SELECT order_id, program_id, sum(clawed_points) AS clawed FROM loyalty_earned_lines GROUP BY 1, 2) l
    FULL JOIN (SELECT order_id, program_id, -sum(points) AS taken, bool_or(reason = 'refunded_after_spending') AS spent FROM loyalty_receipts WHERE kind = 'clawback' GROUP BY 1, 2) r
      ON r.order_id = l.order_id AND r.program_id = l.program_id
    WHERE coalesce(r.taken, 0) > l.clawed OR l.order_id IS NULL OR coalesce(r.taken, 0) <> l.clawed AND NOT coalesce(r.spent, false)`,
});

export const pointInvariants: Invariant[] = [
  receiptsAreTheirLines,
  lotsMatchReceipts,
  lotsAreTheBalance,
  lotsAreUsedUpByReceipts,
  movementsLeadToTheLots,
  clawbacksAreCumulative,
];
