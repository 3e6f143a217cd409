import { type Invariant, type View, within } from '../invariant';
import { matching } from '../matching';
import { bornAt, listeningSince } from './listening';

const eventsSince = (view: View): Promise<unknown[]> => listeningSince(view, 'analytics', 'analytics.on.%');
/** Since when analytics hears this type, as SQL over those parameters. */
const since = (type: string): string =>
  `(SELECT since FROM unnest($1::text[], $2::timestamptz[]) AS heard (type, since) WHERE heard.type = '${type}')`;
const completedOrder = `status IN ('completed', 'partially_refunded', 'refunded')`;

/** Events of a type as analytics keeps them, for one side of a comparison. */
const kept = (type: string, id: string, value: string, refs: string): string =>
  `SELECT data->>'${id}' AS key, ${value} AS value, ARRAY[id::text, ${refs}] AS refs, true AS must FROM analytics_events WHERE type = '${type}'`;

const everythingHeardIsKept = within({
  service: 'analytics',
  name: 'analytics.heard-is-kept',
  says: 'Every event that analytics heard is kept once, and nothing is kept that it did not hear.',
  examined: 'analytics_events',
  offenders: `
    SELECT 'message:' || coalesce(i.message_id, e.id) AS subject,
      CASE WHEN e.id IS NULL THEN format('heard by %s, not kept', i.consumer) WHEN i.message_id IS NULL THEN format('%s kept, never heard', e.type) ELSE format('%s kept %s times', e.type, e.times) END AS detail
    FROM (SELECT * FROM inbox WHERE consumer LIKE 'analytics.on.%') i
    FULL JOIN (SELECT id, type, version, count(*) AS times FROM analytics_events GROUP BY 1, 2, 3) e ON e.id = i.message_id AND i.consumer = 'analytics.on.' || e.type || '.v' || e.version
    WHERE i.message_id IS NULL OR e.times IS DISTINCT FROM 1`,
});

const orders = matching({
  name: 'analytics.orders-are-counted-once',
  says: 'Every completed order is in the numbers once, with its total, discount and tax.',
  left: {
    service: 'orders',
    what: 'the order',
    params: eventsSince,
    sql: `SELECT o.id::text AS key, concat_ws(' ', merchant_id, currency, origin, total_minor, discount_minor, tax_minor) AS value, ARRAY[o.id, checkout_id]::text[] AS refs,
            coalesce(said.at >= ${since('orders.order.completed')}, false) AS must
          FROM orders o LEFT JOIN (SELECT subject, min(created_at) AS at FROM outbox WHERE type = 'orders.order.completed' GROUP BY subject) said ON said.subject = o.id::text
          WHERE ${completedOrder}`,
  },
  right: {
    service: 'analytics',
    what: 'the event',
    sql: kept(
      'orders.order.completed',
      'orderId',
      `concat_ws(' ', data->>'merchantId', data->>'currency', data->>'origin', data->>'totalMinor', data->>'discountMinor', data->>'taxMinor')`,
      `data->>'orderId'`,
    ),
  },
});

/** The tax of an event's lines. */
const linesTax = `coalesce((SELECT sum((line->>'taxMinor')::bigint) FROM jsonb_array_elements(data->'lines') line), 0)`;

const refunds = matching({
  name: 'analytics.refunds-are-counted-once',
  says: 'Every completed refund is in the numbers once, with its total and tax.',
  left: {
    service: 'orders',
    what: 'the refund',
    params: eventsSince,
    sql: `SELECT r.id::text AS key, concat_ws(' ', order_id, currency, total_minor, tax_minor) AS value, ARRAY[r.id, order_id]::text[] AS refs,
            coalesce(said.at >= ${since('orders.order.refunded')}, false) AS must
          FROM refunds r LEFT JOIN (SELECT envelope->'data'->>'refundId' AS id, min(created_at) AS at FROM outbox WHERE type = 'orders.order.refunded' GROUP BY 1) said ON said.id = r.id::text
          WHERE status = 'completed' AND purpose = 'return'`,
  },
  right: {
    service: 'analytics',
    what: 'the event',
    sql: kept(
      'orders.order.refunded',
      'refundId',
      `concat_ws(' ', data->>'orderId', data->>'currency', data->>'totalMinor', ${linesTax})`,
      `data->>'refundId', data->>'orderId'`,
    ),
  },
});

/** The tenders of an event as "wallet card". */
const tenders = `concat_ws(' ', data->>'merchantId', data->>'currency', coalesce((SELECT sum((t->>'amountMinor')::bigint) FROM jsonb_array_elements(data->'tenders') t WHERE t->>'tender' = 'wallet'), 0),
  coalesce((SELECT sum((t->>'amountMinor')::bigint) FROM jsonb_array_elements(data->'tenders') t WHERE t->>'tender' = 'card'), 0))`;
/** What a journal of the ledger moved, by its key. */
const booked = (key: string): string =>
  `coalesce((SELECT sum(p.amount) FROM ledger_journals j JOIN ledger_postings p ON p.journal_id = j.id AND p.inserted_at = j.inserted_at WHERE j.id = (SELECT result_id FROM ledger_keys k WHERE k.key = ${key}) AND p.amount > 0), 0)`;

/** What the ledger took for the wallet part of a checkout: in one journal, or in one per part; an exchange adds to a position as well. */
const walletBooked = `
  CASE WHEN parts = 0 THEN ${booked(`'capture:' || checkout_id`)}
  ELSE (SELECT coalesce(sum(${booked(`'capture:' || substr(part.hold_key, length('checkout:') + 1)`)} - CASE part.source WHEN 'exchange' THEN part.held_minor ELSE 0 END), 0)
        FROM checkout_parts part WHERE part.checkout_id = checkout_payments.checkout_id) END`;

const captures = matching({
  name: 'analytics.captures-are-the-ledgers',
  says: 'Every capture is in the numbers once, per tender with what the ledger took.',
  left: {
    service: 'wallet',
    what: 'the capture',
    params: eventsSince,
    sql: `SELECT checkout_id::text AS key, concat_ws(' ', merchant_id, currency, ${walletBooked}, ${booked(`'card:' || checkout_id`)}) AS value,
            ARRAY[checkout_id, order_id]::text[] AS refs, coalesce(coalesce(settled_at, created_at) >= ${since('wallet.payment.captured')}, false) AS must
          FROM checkout_payments WHERE state = 'captured'`,
  },
  right: {
    service: 'analytics',
    what: 'the event',
    sql: kept('wallet.payment.captured', 'checkoutId', tenders, `data->>'checkoutId', data->>'orderId'`),
  },
});

const givenBack = matching({
  name: 'analytics.refunds-are-the-ledgers',
  says: 'Every refund that the wallet gave back is in the numbers once, and its tenders sum to what the ledger gave.',
  left: {
    service: 'wallet',
    what: 'the refund',
    params: eventsSince,
    sql: `SELECT id::text AS key, concat_ws(' ', merchant_id, currency, ${booked(`'refund:' || payment_refunds.id`)} - card_minor - exchanged_minor, card_minor) AS value,
            ARRAY[id, order_id, checkout_id]::text[] AS refs, coalesce(coalesce(settled_at, created_at) >= ${since('wallet.refund.completed')}, false) AS must
          FROM payment_refunds WHERE state = 'completed' AND checkout_id IS NOT NULL`,
  },
  right: {
    service: 'analytics',
    what: 'the event',
    sql: kept('wallet.refund.completed', 'refundId', tenders, `data->>'refundId', data->>'orderId'`),
  },
});

const points = matching({
  name: 'analytics.points-are-the-receipts',
  says: 'Every receipt of loyalty is in the numbers once, with its points.',
  left: {
    service: 'loyalty',
    what: 'the receipt',
    params: eventsSince,
    sql: `SELECT id::text AS key, concat_ws(' ', CASE kind WHEN 'clawback' THEN 'clawback' ELSE 'earn' END, merchant_id, program_id, member_id, abs(points)) AS value, ARRAY[id, order_id, refund_id]::text[] AS refs,
            coalesce(${bornAt('id')} >= CASE kind WHEN 'clawback' THEN ${since('loyalty.points.clawed_back')} ELSE ${since('loyalty.points.earned')} END, false) AS must
          FROM loyalty_receipts`,
  },
  right: {
    service: 'analytics',
    what: 'the event',
    sql: `SELECT data->>'receiptId' AS key, concat_ws(' ', CASE type WHEN 'loyalty.points.earned' THEN 'earn' ELSE 'clawback' END, data->>'merchantId', data->>'programId', data->>'memberId', data->>'points') AS value,
            ARRAY[id::text, data->>'receiptId', data->>'orderId', data->>'refundId'] AS refs, true AS must
          FROM analytics_events WHERE type IN ('loyalty.points.earned', 'loyalty.points.clawed_back')`,
  },
});

const day = (at: string): string => `(${at} AT TIME ZONE 'UTC')::date`;
const said = (field: string): string => day(`(data->>'${field}')::timestamptz`);
const tender = (name: string): string =>
  `coalesce((SELECT sum((t->>'amountMinor')::bigint) FROM jsonb_array_elements(data->'tenders') t WHERE t->>'tender' = '${name}'), 0)`;

/** The daily sums of revenue as the kept events give them. */
const revenueOfEvents = `
  SELECT merchant_id, currency, day, count(*) FILTER (WHERE sale = 'checkout') AS orders, coalesce(sum(total) FILTER (WHERE sale = 'checkout'), 0) AS sales,
    count(*) FILTER (WHERE sale = 'import') AS imported, coalesce(sum(total) FILTER (WHERE sale = 'import'), 0) AS imported_total,
    coalesce(sum(discount) FILTER (WHERE sale = 'import'), 0) AS imported_discount, coalesce(sum(tax) FILTER (WHERE sale = 'import'), 0) AS imported_tax,
    coalesce(sum(discount) FILTER (WHERE sale = 'checkout'), 0) AS discount, coalesce(sum(tax) FILTER (WHERE sale = 'checkout'), 0) AS tax,
    coalesce(sum(tax) FILTER (WHERE sale = 'refund'), 0) AS refunded_tax, count(*) FILTER (WHERE sale = 'refund') AS refunds, coalesce(sum(total) FILTER (WHERE sale = 'refund'), 0) AS refunded,
    coalesce(sum(wallet) FILTER (WHERE sale = 'captured'), 0) AS captured_wallet, coalesce(sum(card) FILTER (WHERE sale = 'captured'), 0) AS captured_card,
    coalesce(sum(wallet) FILTER (WHERE sale = 'given_back'), 0) AS refunded_wallet, coalesce(sum(card) FILTER (WHERE sale = 'given_back'), 0) AS refunded_card
  FROM (
    SELECT (data->>'merchantId')::uuid AS merchant_id, data->>'currency' AS currency, ${said('completedAt')} AS day, data->>'origin' AS sale, (data->>'totalMinor')::bigint AS total,
      (data->>'discountMinor')::bigint AS discount, (data->>'taxMinor')::bigint AS tax, 0 AS wallet, 0 AS card FROM analytics_events WHERE type = 'orders.order.completed'
    UNION ALL SELECT (data->>'merchantId')::uuid, data->>'currency', ${said('refundedAt')}, 'refund', (data->>'totalMinor')::bigint, 0, ${linesTax}, 0, 0 FROM analytics_events WHERE type = 'orders.order.refunded'
    UNION ALL SELECT (data->>'merchantId')::uuid, data->>'currency', ${said('capturedAt')}, 'captured', 0, 0, 0, ${tender('wallet')}, ${tender('card')} FROM analytics_events WHERE type = 'wallet.payment.captured'
    UNION ALL SELECT (data->>'merchantId')::uuid, data->>'currency', ${day('occurred_at')}, 'given_back', 0, 0, 0, ${tender('wallet')}, ${tender('card')} FROM analytics_events WHERE type = 'wallet.refund.completed'
  ) event GROUP BY 1, 2, 3`;

const revenue = within({
  service: 'analytics',
  name: 'analytics.revenue-is-the-events',
  says: 'The daily sums of revenue are the sums of the events behind them.',
  examined: 'daily_revenue',
  offenders: `
    SELECT concat_ws(' ', 'merchant:' || coalesce(r.merchant_id, e.merchant_id), coalesce(r.currency, e.currency), coalesce(r.day, e.day)) AS subject,
      format('counts %s; its events sum to %s', coalesce(r.numbers::text, 'nothing'), coalesce(e.numbers::text, 'nothing')) AS detail
    FROM (SELECT merchant_id, currency::text, day, ARRAY[orders, sales_minor, imported_orders, imported_minor, imported_discount_minor, imported_tax_minor, discount_minor, tax_minor,
        refunds, refunds_minor, refunded_tax_minor, captured_wallet_minor, captured_card_minor, refunded_wallet_minor, refunded_card_minor]::numeric[] AS numbers FROM daily_revenue) r
    FULL JOIN (SELECT merchant_id, currency, day, ARRAY[orders, sales, imported, imported_total, imported_discount, imported_tax, discount, tax,
        refunds, refunded, refunded_tax, captured_wallet, captured_card, refunded_wallet, refunded_card]::numeric[] AS numbers FROM (${revenueOfEvents}) sums) e
      ON e.merchant_id = r.merchant_id AND e.currency = r.currency AND e.day = r.day
    WHERE r.numbers IS DISTINCT FROM e.numbers`,
});

const pointsOfEvents = `
  SELECT (data->>'merchantId')::uuid AS merchant_id, (data->>'programId')::uuid AS program_id, CASE type WHEN 'loyalty.points.earned' THEN ${said('earnedAt')} ELSE ${day('occurred_at')} END AS day,
    coalesce(sum((data->>'points')::bigint) FILTER (WHERE type = 'loyalty.points.earned'), 0) AS earned, coalesce(sum((data->>'points')::bigint) FILTER (WHERE type = 'loyalty.points.clawed_back'), 0) AS clawed_back
  FROM analytics_events WHERE type IN ('loyalty.points.earned', 'loyalty.points.clawed_back') GROUP BY 1, 2, 3`;

const activity = within({
  service: 'analytics',
  name: 'analytics.activity-is-the-events',
  says: 'The daily sums of points and members, and who was active, are those of the events behind them.',
  examined:
    '(SELECT day FROM daily_points UNION ALL SELECT day FROM daily_members UNION ALL SELECT day FROM daily_actives) sums',
  offenders: `
    SELECT concat_ws(' ', 'program:' || coalesce(p.program_id, e.program_id), coalesce(p.day, e.day)) AS subject,
      format('%s earned and %s clawed back, events say %s and %s', p.earned, p.clawed_back, e.earned, e.clawed_back) AS detail
    FROM daily_points p FULL JOIN (${pointsOfEvents}) e ON e.merchant_id = p.merchant_id AND e.program_id = p.program_id AND e.day = p.day
    WHERE coalesce(p.earned, 0) <> coalesce(e.earned, 0) OR coalesce(p.clawed_back, 0) <> coalesce(e.clawed_back, 0)
    UNION ALL
    SELECT concat_ws(' ', 'merchant:' || coalesce(m.merchant_id, e.merchant_id), coalesce(m.day, e.day)), format('%s members enrolled, events say %s', coalesce(m.enrolled, 0), coalesce(e.enrolled, 0))
    FROM daily_members m FULL JOIN (
      SELECT (data->>'merchantId')::uuid AS merchant_id, ${day('occurred_at')} AS day, count(*) AS enrolled FROM analytics_events WHERE type = 'loyalty.member.enrolled' GROUP BY 1, 2) e
      ON e.merchant_id = m.merchant_id AND e.day = m.day
    WHERE coalesce(m.enrolled, 0) <> coalesce(e.enrolled, 0)
    UNION ALL
    SELECT concat_ws(' ', 'member:' || e.user_id, e.day), format('bought at merchant %s and does not count as active', e.merchant_id)
    FROM (SELECT DISTINCT (data->>'merchantId')::uuid AS merchant_id, ${said('completedAt')} AS day, (data->>'memberId')::uuid AS user_id FROM analytics_events WHERE type = 'orders.order.completed') e
    LEFT JOIN daily_actives a ON a.merchant_id = e.merchant_id AND a.day = e.day AND a.user_id = e.user_id WHERE a.user_id IS NULL`,
});

export const analyticsInvariants: Invariant[] = [
  everythingHeardIsKept,
  orders,
  refunds,
  captures,
  givenBack,
  points,
  revenue,
  activity,
];
