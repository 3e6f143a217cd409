import { type Invariant, within } from '../invariant';
import { matching } from '../matching';

const linesAddUp = within({
  service: 'orders',
  name: 'refunds.lines-add-up',
  says: 'The lines of a refund sum to the refund, each of a line of its order; an undone sale gives back everything and has no lines.',
  examined: 'refunds',
  offenders: `
    SELECT 'refund:' || r.id AS subject, format('%s of %s (tax %s); its %s lines sum to %s (tax %s), %s of them of no line of order %s',
      r.purpose, r.total_minor, r.tax_minor, l.lines, l.total, l.tax, l.foreign_lines, r.order_id) AS detail
    FROM refunds r LEFT JOIN LATERAL (
      SELECT count(*) AS lines, coalesce(sum(l.total_minor), 0) AS total, coalesce(sum(l.tax_minor), 0) AS tax,
        count(*) FILTER (WHERE i.line_id IS NULL OR i.variant_id <> l.variant_id) AS foreign_lines
      FROM refund_lines l LEFT JOIN order_items i ON i.order_id = r.order_id AND i.line_id = l.line_id WHERE l.refund_id = r.id) l ON true
    LEFT JOIN orders o ON o.id = r.order_id
    WHERE l.foreign_lines > 0 OR r.wallet_minor + r.card_minor <> r.total_minor OR o.id IS NULL
      OR CASE r.purpose WHEN 'undo' THEN l.lines > 0 OR r.total_minor <> o.total_minor ELSE l.lines = 0 OR r.total_minor <> l.total OR r.tax_minor <> l.tax END`,
});

const withinOrders = within({
  service: 'orders',
  name: 'refunds.within-the-order',
  says: 'What an order and its lines count as given back is the sum of their refunds, per tender, never more than was sold and taken; the status of the order says so.',
  examined: 'order_returns',
  offenders: `
    SELECT 'order:' || o.id AS subject, format('%s, %s wallet and %s card on their way back, %s is back; its refunds ask %s wallet and %s card, %s is back', o.status,
      returning_wallet_minor, returning_card_minor, refunded_minor, coalesce(r.wallet, 0), coalesce(r.card, 0), coalesce(r.back, 0)) AS detail
    FROM orders o LEFT JOIN (
      SELECT order_id, sum(wallet_minor) FILTER (WHERE status <> 'failed') AS wallet, sum(card_minor) FILTER (WHERE status <> 'failed') AS card,
        sum(total_minor) FILTER (WHERE status = 'completed') AS back, count(*) FILTER (WHERE status = 'completed' AND purpose = 'return') AS returns
      FROM refunds GROUP BY order_id) r ON r.order_id = o.id
    WHERE returning_wallet_minor <> coalesce(r.wallet, 0) OR returning_card_minor <> coalesce(r.card, 0) OR refunded_minor <> coalesce(r.back, 0)
      OR returning_wallet_minor > captured_wallet_minor OR returning_card_minor > captured_card_minor
      OR status IN ('completed', 'partially_refunded', 'refunded') AND status <>
        CASE WHEN coalesce(r.returns, 0) = 0 THEN 'completed' WHEN refunded_minor >= total_minor THEN 'refunded' ELSE 'partially_refunded' END
    UNION ALL
    SELECT 'order:' || coalesce(t.order_id, l.order_id), format('line %s: %s units and %s of %s units and %s back; its refunds bring back %s units and %s', coalesce(t.line_id, l.line_id),
      t.quantity, t.total_minor, t.sold_quantity, t.sold_total_minor, coalesce(l.quantity, 0), coalesce(l.total, 0))
    FROM order_returns t FULL JOIN (
      SELECT r.order_id, line_id, sum(quantity) AS quantity, sum(l.total_minor) AS total, sum(l.tax_minor) AS tax
      FROM refund_lines l JOIN refunds r ON r.id = l.refund_id WHERE r.status <> 'failed' GROUP BY 1, 2) l ON l.order_id = t.order_id AND l.line_id = t.line_id
    LEFT JOIN order_items i ON i.order_id = t.order_id AND i.line_id = t.line_id
    WHERE t.order_id IS NULL OR t.quantity <> coalesce(l.quantity, 0) OR t.total_minor <> coalesce(l.total, 0) OR t.tax_minor <> coalesce(l.tax, 0)
      OR t.quantity > t.sold_quantity OR t.total_minor > t.sold_total_minor OR t.tax_minor > t.sold_tax_minor
      OR (t.sold_quantity, t.sold_total_minor, t.sold_tax_minor) IS DISTINCT FROM (i.quantity, i.total_minor, i.tax_minor)`,
});

const paidBack = matching({
  name: 'refunds.are-paid-back-once',
  says: 'Every refund of an order was given back by the wallet exactly once, to the tenders it names, and the wallet gave back nothing else.',
  left: {
    service: 'orders',
    what: 'the refund',
    sql: `SELECT id::text AS key, concat_ws(' ', status, order_id, checkout_id, member_id, currency, wallet_minor, card_minor) AS value,
            ARRAY[id, order_id, checkout_id]::text[] AS refs, true AS must FROM refunds WHERE total_minor > 0`,
  },
  right: {
    service: 'wallet',
    what: 'the refund',
    sql: `SELECT id::text AS key, concat_ws(' ', CASE WHEN state IN ('unknown', 'pending') THEN 'requested' ELSE state END, order_id, checkout_id, member_id, currency, wallet_minor, card_minor) AS value,
            ARRAY[id, order_id, checkout_id]::text[] AS refs, true AS must FROM payment_refunds WHERE checkout_id IS NOT NULL`,
  },
});

const withinCapture = within({
  service: 'wallet',
  name: 'refunds.within-the-capture',
  says: 'The wallet never gives back more than a tender of the checkout gave, and only of what was captured; a charge counts what was given back of it.',
  examined: 'payment_refunds',
  offenders: `
    SELECT 'checkout:' || c.checkout_id AS subject, format('%s, %s wallet and %s card; given back %s wallet and %s card', c.state, c.wallet_minor, c.card_minor, r.wallet, r.card) AS detail
    FROM (SELECT checkout_id, sum(wallet_minor) AS wallet, sum(card_minor) AS card FROM payment_refunds WHERE state <> 'failed' GROUP BY 1) r
    JOIN checkout_payments c ON c.checkout_id = r.checkout_id WHERE c.state <> 'captured' OR r.wallet > c.wallet_minor OR r.card > c.card_minor
    UNION ALL
    SELECT 'payment:' || p.id, format('captured %s, counts %s as given back, refunds sum to %s', captured_minor, refunded_minor, coalesce(r.card, 0))
    FROM payment_transactions p LEFT JOIN (SELECT payment_id, sum(card_minor) AS card FROM payment_refunds WHERE state <> 'failed' GROUP BY 1) r ON r.payment_id = p.id
    WHERE refunded_minor <> coalesce(r.card, 0) OR refunded_minor > captured_minor`,
});

const withinEachCapture = within({
  service: 'wallet',
  name: 'refunds.within-each-capture',
  says: 'Every refund to a card is of one capture of its payment, in its currency; a capture counts what was given back of it, never more than it took.',
  examined: 'payment_captures',
  offenders: `
    SELECT 'capture:' || c.id AS subject, format('%s of %s, counts %s as given back, its refunds sum to %s', c.state, c.amount_minor, c.refunded_minor, coalesce(r.card, 0)) AS detail
    FROM payment_captures c LEFT JOIN (SELECT capture_id, sum(card_minor) AS card FROM payment_refunds WHERE state <> 'failed' GROUP BY 1) r ON r.capture_id = c.id
    WHERE c.refunded_minor <> coalesce(r.card, 0) OR c.refunded_minor > CASE c.state WHEN 'captured' THEN c.amount_minor ELSE 0 END
    UNION ALL
    SELECT 'refund:' || r.id, format('%s %s of payment %s, of capture %s of payment %s in %s', r.card_minor, r.currency, r.payment_id, coalesce(r.capture_id::text, 'none'), c.payment_id, p.currency)
    FROM payment_refunds r LEFT JOIN payment_captures c ON c.id = r.capture_id LEFT JOIN payment_transactions p ON p.id = r.payment_id
    WHERE r.state <> 'failed' AND r.payment_id IS NOT NULL AND (c.payment_id IS DISTINCT FROM r.payment_id OR p.currency IS DISTINCT FROM r.currency)`,
});

const stepsLeadToState = within({
  service: 'wallet',
  name: 'refunds.steps-lead-to-the-state',
  says: 'The steps of every refund to a card that has any follow one another to where it stands, and one that failed was only taken up again because somebody asked.',
  examined: 'payment_steps WHERE refund_id IS NOT NULL',
  offenders: `
    SELECT 'refund:' || r.id AS subject, format('is %s, its steps end with %s', r.state, s.last) AS detail
    FROM payment_refunds r JOIN (SELECT DISTINCT ON (refund_id) refund_id, to_state AS last FROM payment_steps WHERE refund_id IS NOT NULL ORDER BY refund_id, id DESC) s ON s.refund_id = r.id
    WHERE r.state <> s.last
    UNION ALL
    SELECT 'refund:' || refund_id, format('a step from %s to %s by %s follows one to %s', from_state, to_state, learned_from, before)
    FROM (SELECT *, lag(to_state, 1, 'requested') OVER (PARTITION BY refund_id ORDER BY id) AS before FROM payment_steps WHERE refund_id IS NOT NULL) step
    WHERE from_state <> before OR from_state = 'completed' OR from_state = 'failed' AND learned_from <> 'request'`,
});

export const refundInvariants: Invariant[] = [
  linesAddUp,
  withinOrders,
  paidBack,
  withinCapture,
  withinEachCapture,
  stepsLeadToState,
];
