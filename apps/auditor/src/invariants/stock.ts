import { type Invariant, within } from '../invariant';
import { matching } from '../matching';

const numbersAddUp = within({
  service: 'catalog',
  name: 'stock.numbers-add-up',
  says: 'Of every variant, what was received is available, reserved or sold, and none of it is below zero.',
  examined: 'inventory_items',
  offenders: `SELECT 'variant:' || variant_id AS subject, format('received %s, available %s, reserved %s, sold %s', received, available, reserved, sold) AS detail
    FROM inventory_items WHERE received <> available + reserved + sold OR least(received, available, reserved, sold) < 0`,
});

const numbersAreMovements = within({
  service: 'catalog',
  name: 'stock.numbers-are-their-movements',
  says: 'The four numbers of every variant are the sums of its movements.',
  examined: 'inventory_movements',
  offenders: `
    SELECT 'variant:' || coalesce(i.variant_id, m.variant_id) AS subject, format('received %s, available %s, reserved %s, sold %s; movements sum to %s, %s, %s, %s',
      i.received, i.available, i.reserved, i.sold, m.received, m.available, m.reserved, m.sold) AS detail
    FROM inventory_items i FULL JOIN (
      SELECT variant_id, sum(received) AS received, sum(available) AS available, sum(reserved) AS reserved, sum(sold) AS sold FROM inventory_movements GROUP BY 1) m
      ON m.variant_id = i.variant_id
    WHERE (coalesce(i.received, 0), coalesce(i.available, 0), coalesce(i.reserved, 0), coalesce(i.sold, 0))
      <> (coalesce(m.received, 0), coalesce(m.available, 0), coalesce(m.reserved, 0), coalesce(m.sold, 0))`,
});

/** What a checkout still holds and has sold of a variant, by its reservations and by its movements. */
const movementsAreCheckouts = within({
  service: 'catalog',
  name: 'stock.movements-follow-checkouts',
  says: 'What was moved for a checkout is what its lines reserved, and stands as the checkout does: held, sold or given back.',
  examined: 'inventory_reservations',
  offenders: `
    SELECT 'checkout:' || coalesce(r.checkout_id, m.checkout_id) AS subject, format('%s, variant %s: lines hold %s and sold %s; movements hold %s and sold %s', coalesce(r.state, 'unknown'),
      coalesce(r.variant_id::text, m.variant_id::text), r.held, r.sold, m.held, m.sold) AS detail
    FROM (
      SELECT checkout_id::text, state, variant_id, sum(CASE state WHEN 'reserved' THEN quantity ELSE 0 END) AS held, sum(CASE state WHEN 'confirmed' THEN quantity ELSE 0 END) AS sold
      FROM inventory_reservations JOIN inventory_checkouts USING (checkout_id) GROUP BY 1, 2, 3) r
    FULL JOIN (
      SELECT reference AS checkout_id, variant_id, sum(reserved) AS held, sum(sold) AS sold FROM inventory_movements WHERE kind IN ('reserve', 'confirm', 'release') GROUP BY 1, 2) m
      ON m.checkout_id = r.checkout_id AND m.variant_id = r.variant_id
    WHERE r.checkout_id IS NULL OR m.checkout_id IS NULL OR r.held <> m.held OR r.sold <> m.sold
    UNION ALL
    SELECT 'variant:' || coalesce(r.variant_id, m.variant_id), format('lines brought %s back, movements %s', coalesce(r.back, 0), coalesce(m.back, 0))
    FROM (SELECT variant_id, sum(restocked) AS back FROM inventory_reservations GROUP BY 1) r
    FULL JOIN (SELECT variant_id, sum(available) AS back FROM inventory_movements WHERE kind = 'restock' GROUP BY 1) m ON m.variant_id = r.variant_id
    WHERE coalesce(r.back, 0) <> coalesce(m.back, 0)`,
});

const soldAsOrdered = matching({
  name: 'stock.sold-as-ordered',
  says: 'What was sold from stock is what the lines of completed orders say, line by line. Imported orders took no stock.',
  left: {
    service: 'orders',
    what: 'the order line',
    sql: `SELECT i.line_id::text AS key, concat_ws(' ', o.checkout_id, i.variant_id, i.quantity) AS value, ARRAY[o.id, o.checkout_id]::text[] AS refs, true AS must
          FROM order_items i JOIN orders o ON o.id = i.order_id JOIN checkouts c ON c.id = o.checkout_id
          WHERE o.origin = 'checkout' AND (o.status IN ('completed', 'partially_refunded', 'refunded') OR c.stock = 'given_back')`,
  },
  right: {
    service: 'catalog',
    what: 'the sale',
    sql: `SELECT line_id::text AS key, concat_ws(' ', checkout_id, variant_id, quantity) AS value, ARRAY[checkout_id]::text[] AS refs, true AS must
          FROM inventory_reservations JOIN inventory_checkouts USING (checkout_id) WHERE state = 'confirmed'`,
  },
});

const restockedAsAsked = matching({
  name: 'stock.restocked-as-refunded',
  says: 'Goods came back on the shelf once for every refund that brings them back, and for nothing else.',
  left: {
    service: 'orders',
    what: 'the refund and variant',
    sql: `SELECT concat_ws(' ', envelope->'data'->>'refundId', line->>'variantId') AS key, sum((line->>'quantity')::bigint)::text AS value,
            ARRAY[envelope->'data'->>'refundId', min(envelope->'data'->>'checkoutId')] AS refs, true AS must
          FROM outbox, jsonb_array_elements(envelope->'data'->'lines') line WHERE type = 'catalog.stock.restock' GROUP BY id, envelope->'data'->>'refundId', line->>'variantId'`,
  },
  right: {
    service: 'catalog',
    what: 'the restock',
    sql: `SELECT concat_ws(' ', reference, variant_id) AS key, sum(available)::text AS value, ARRAY[reference] AS refs, true AS must
          FROM inventory_movements WHERE kind = 'restock' GROUP BY reference, variant_id`,
  },
});

export const stockInvariants: Invariant[] = [
  numbersAddUp,
  numbersAreMovements,
  movementsAreCheckouts,
  soldAsOrdered,
  restockedAsAsked,
];
