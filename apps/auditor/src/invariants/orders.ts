import { type Invariant, within } from '../invariant';

/** Orders for which everything was sold and paid, or was taken over as such. */
const completed = `('completed', 'partially_refunded', 'refunded')`;

const linesAddUp = within({
  service: 'orders',
  name: 'orders.lines-add-up',
  says: 'Every line follows the waterfall from list price to total, and the lines of an order sum to the order.',
  examined: 'order_items',
  offenders: `
    SELECT 'order:' || coalesce(o.id, i.order_id) AS subject,
      CASE WHEN o.id IS NULL THEN 'lines without an order' WHEN i.order_id IS NULL THEN 'no lines'
           WHEN i.odd > 0 THEN format('%s lines do not follow the waterfall', i.odd)
           ELSE format('list %s, discount %s, coupon %s, tax %s, total %s; its lines sum to %s, %s, %s, %s, %s', o.list_minor, o.discount_minor,
             o.coupon_minor, o.tax_minor, o.total_minor, i.list, i.discount, i.coupon, i.tax, i.total) END AS detail
    FROM orders o FULL JOIN (
      SELECT order_id, sum(list_minor) AS list, sum(discount_minor) AS discount, sum(coupon_minor) AS coupon, sum(tax_minor) AS tax, sum(total_minor) AS total,
        count(*) FILTER (WHERE list_minor <> unit_price_minor * quantity
          OR total_minor <> list_minor - discount_minor + CASE WHEN tax_included THEN 0 ELSE tax_minor END) AS odd
      FROM order_items GROUP BY order_id) i ON i.order_id = o.id
    WHERE o.id IS NULL OR i.order_id IS NULL OR i.odd > 0
      OR (o.list_minor, o.discount_minor, o.coupon_minor, o.tax_minor, o.total_minor) IS DISTINCT FROM (i.list, i.discount, i.coupon, i.tax, i.total)`,
});

const statusFollowsCheckout = within({
  service: 'orders',
  name: 'orders.status-follows-the-checkout',
  says: 'Every order that was placed has one checkout and stands where that stands; an imported one has none and took no money.',
  examined: 'orders',
  offenders: `
    SELECT 'order:' || o.id AS subject,
      format('%s %s, %s of %s wallet and %s of %s card captured; %s', o.origin, o.status, captured_wallet_minor, wallet_minor, captured_card_minor, card_minor,
        CASE WHEN c.order_id IS NULL THEN 'no checkout' ELSE format('%s checkout %s (stock %s, payment %s)', c.checkouts, c.state, c.stock, c.payment) END) AS detail
    FROM orders o LEFT JOIN (
      SELECT order_id, count(*) AS checkouts, min(id::text) AS id, min(state) AS state, min(stock) AS stock, min(payment) AS payment FROM checkouts GROUP BY order_id
    ) c ON c.order_id = o.id
    WHERE NOT coalesce(CASE
      WHEN o.origin = 'import' THEN c.order_id IS NULL AND o.status IN ${completed} AND captured_wallet_minor = 0 AND captured_card_minor = 0
      WHEN c.checkouts <> 1 OR c.id <> o.checkout_id::text THEN false
      WHEN o.status = 'pending' THEN c.state IN ('reserving', 'confirming') AND captured_wallet_minor = 0 AND captured_card_minor = 0
      WHEN o.status IN ${completed} THEN c.state = 'completed' AND captured_wallet_minor = wallet_minor AND captured_card_minor = card_minor
      WHEN c.payment = 'given_back' THEN c.state = 'cancelled' AND captured_wallet_minor = wallet_minor AND captured_card_minor = card_minor
      ELSE c.state = 'cancelled' AND captured_wallet_minor = 0 AND captured_card_minor = 0 END, false)
    UNION ALL
    SELECT 'checkout:' || c.id, format('its order %s does not exist', c.order_id) FROM checkouts c LEFT JOIN orders o ON o.id = c.order_id WHERE o.id IS NULL`,
});

const historyLeadsToStatus = within({
  service: 'orders',
  name: 'orders.history-leads-to-the-status',
  says: 'The last step in the history of an order is its status.',
  examined: 'order_status_history',
  offenders: `
    SELECT 'order:' || coalesce(o.id, h.order_id) AS subject, format('is %s, its history ends with %s', coalesce(o.status, 'gone'), coalesce(h.status, 'nothing')) AS detail
    FROM orders o FULL JOIN (SELECT DISTINCT ON (order_id) order_id, status FROM order_status_history ORDER BY order_id, id DESC) h ON h.order_id = o.id
    WHERE o.status IS DISTINCT FROM h.status`,
});

/** What must have been said, and what was: (type, about, minor units); an undo of a sale also brings back stock, under an id of its own. */
const due = `
  SELECT type, about, min(total_minor) AS total_minor, count(*) AS times FROM (
  SELECT 'orders.order.placed' AS type, id::text AS about, total_minor FROM orders WHERE origin = 'checkout'
  UNION ALL SELECT 'orders.order.completed', id::text, total_minor FROM orders WHERE status IN ${completed}
  UNION ALL SELECT 'orders.order.cancelled', id::text, NULL FROM orders WHERE status = 'cancelled'
  UNION ALL SELECT 'catalog.stock.reserve', id::text, NULL FROM checkouts
  UNION ALL SELECT 'wallet.payment.reserve', id::text, NULL FROM checkouts WHERE payment <> 'not_needed'
  UNION ALL SELECT 'orders.order.refunded', id::text, total_minor FROM refunds WHERE purpose = 'return' AND status = 'completed'
  UNION ALL SELECT 'wallet.refund.issue', id::text, total_minor FROM refunds WHERE total_minor > 0
  UNION ALL SELECT 'catalog.stock.restock', id::text, NULL FROM refunds WHERE purpose = 'return' AND status = 'completed' AND restock
  UNION ALL SELECT 'catalog.stock.restock', 'checkout ' || id, NULL FROM checkouts WHERE stock = 'given_back'
  ) happened GROUP BY type, about`;
const said = `
  SELECT type, about, min(total_minor) AS total_minor, count(*) AS times FROM (
    SELECT type,
      CASE WHEN type IN ('orders.order.placed', 'orders.order.completed', 'orders.order.cancelled', 'wallet.refund.issue', 'catalog.stock.reserve', 'wallet.payment.reserve') THEN subject
           WHEN type = 'catalog.stock.restock' AND refunds.id IS NULL THEN 'checkout ' || (envelope->'data'->>'checkoutId')
           ELSE envelope->'data'->>'refundId' END AS about,
      CASE type WHEN 'wallet.refund.issue' THEN (envelope->'data'->>'walletMinor')::bigint + (envelope->'data'->>'cardMinor')::bigint
                ELSE (envelope->'data'->>'totalMinor')::bigint END AS total_minor
    FROM outbox LEFT JOIN refunds ON type = 'catalog.stock.restock' AND purpose = 'return' AND refunds.id = (envelope->'data'->>'refundId')::uuid
    WHERE type IN ('orders.order.placed', 'orders.order.completed', 'orders.order.cancelled', 'orders.order.refunded',
      'wallet.refund.issue', 'catalog.stock.restock', 'catalog.stock.reserve', 'wallet.payment.reserve')
  ) message GROUP BY type, about`;

const saidWhatHappened = within({
  service: 'orders',
  name: 'orders.said-what-happened',
  says: 'Whatever an order went through was said exactly once, with its amount, and nothing else was said.',
  examined: `(${due}) due`,
  offenders: `
    SELECT coalesce(due.type, said.type) || ':' || coalesce(due.about, said.about) AS subject,
      CASE WHEN said.times IS NULL THEN 'never said' WHEN due.type IS NULL THEN format('said %s times, but it did not happen', said.times)
           WHEN said.times <> due.times THEN format('said %s times, but it happened %s times', said.times, due.times) ELSE format('said with %s instead of %s', said.total_minor, due.total_minor) END AS detail
    FROM (${due}) due FULL JOIN (${said}) said ON said.type = due.type AND said.about = due.about
    WHERE said.times IS DISTINCT FROM due.times OR due.total_minor <> said.total_minor`,
});

export const orderInvariants: Invariant[] = [linesAddUp, statusFollowsCheckout, historyLeadsToStatus, saidWhatHappened];
