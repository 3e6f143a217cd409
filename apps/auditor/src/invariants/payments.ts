import { type Invariant, within } from '../invariant';
import { matching } from '../matching';

const capturedAsOrdered = matching({
  name: 'payments.captured-as-ordered',
  says: 'What the wallet captured of a checkout is what its order says, to the cent and tender; a cancelled order was captured only where all of it is given back. Imported orders were paid elsewhere.',
  left: {
    service: 'orders',
    what: 'the checkout',
    sql: `SELECT c.id::text AS key, concat_ws(' ', o.id, o.member_id, o.merchant_id, o.currency, o.captured_wallet_minor, o.captured_card_minor) AS value,
            ARRAY[c.id, o.id]::text[] AS refs, true AS must
          FROM checkouts c JOIN orders o ON o.id = c.order_id
          WHERE o.origin = 'checkout' AND c.payment <> 'not_needed' AND (o.status IN ('completed', 'partially_refunded', 'refunded') OR o.captured_wallet_minor + o.captured_card_minor > 0)`,
  },
  right: {
    service: 'wallet',
    what: 'the capture',
    // One of an order that still waits for its stock is not the order's yet.
    sql: `SELECT checkout_id::text AS key, concat_ws(' ', order_id, member_id, merchant_id, currency, wallet_minor, card_minor) AS value,
            ARRAY[checkout_id, order_id]::text[] AS refs, true AS must FROM checkout_payments WHERE state = 'captured'`,
  },
});

/** Where a part of a checkout stands, in words that both its keeper and the saga would use. */
const partInWords = (part: string) =>
  `CASE ${part} WHEN 'confirmed' THEN 'taken' WHEN 'given_back' THEN 'taken' WHEN 'released' THEN 'free' ELSE ${part} END`;

const paymentPart = matching({
  name: 'payments.stand-where-the-checkout-says',
  says: 'The money of every checkout stands where the checkout believes it does: asked for, held, taken or free.',
  left: {
    service: 'orders',
    what: 'the checkout',
    sql: `SELECT id::text AS key, ${partInWords('payment')} AS value, ARRAY[id, order_id]::text[] AS refs, true AS must FROM checkouts WHERE payment <> 'not_needed'`,
  },
  right: {
    service: 'wallet',
    what: 'the money',
    sql: `SELECT checkout_id::text AS key,
            CASE state WHEN 'reserving' THEN 'asked' WHEN 'reserved' THEN 'held' WHEN 'captured' THEN 'taken' WHEN 'refused' THEN 'free' WHEN 'released' THEN 'free' ELSE state END AS value,
            ARRAY[checkout_id, order_id]::text[] AS refs, true AS must FROM checkout_payments`,
  },
  // Past the point of no return the processor's answer is waited for, and then given back.
  agrees: (part, money) => part === 'releasing' && money === 'confirming',
});

const stockPart = matching({
  name: 'stock.stands-where-the-checkout-says',
  says: 'The stock of every checkout stands where the checkout believes it does: held, sold or free.',
  left: {
    service: 'orders',
    what: 'the checkout',
    sql: `SELECT id::text AS key, ${partInWords('stock')} AS value, ARRAY[id, order_id]::text[] AS refs, true AS must FROM checkouts`,
  },
  right: {
    service: 'catalog',
    what: 'the stock',
    sql: `SELECT checkout_id::text AS key, CASE state WHEN 'reserved' THEN 'held' WHEN 'confirmed' THEN 'taken' ELSE 'free' END AS value,
            ARRAY[checkout_id]::text[] AS refs, true AS must FROM inventory_checkouts`,
  },
});

const chargesMatch = within({
  service: 'wallet',
  name: 'payments.charges-match-their-purpose',
  says: 'Every charge to a card is of one checkout or top-up, for its card part, captured exactly when that is; or was made for itself.',
  examined: 'payment_transactions',
  offenders: `
    SELECT 'payment:' || p.id AS subject, format('%s %s: %s of %s captured, %s; its %s', p.purpose, p.state, p.captured_minor, p.amount_minor, p.currency,
      CASE WHEN c.checkout_id IS NOT NULL THEN format('checkout is %s, card part %s %s', c.state, c.card_minor, c.currency)
           WHEN t.id IS NOT NULL THEN format('top-up is %s, %s %s', t.state, t.amount_minor, t.currency) ELSE 'purpose does not exist' END) AS detail
    FROM payment_transactions p
    LEFT JOIN checkout_payments c ON p.purpose = 'order' AND c.checkout_id = p.subject_id AND c.payment_id = p.id
    LEFT JOIN wallet_topups t ON p.purpose = 'topup' AND t.id = p.subject_id AND t.payment_id = p.id
    WHERE p.purpose <> 'direct' AND p.captured_minor <> CASE WHEN p.state IN ('captured', 'settled') THEN p.amount_minor ELSE 0 END
      OR NOT coalesce(CASE p.purpose
        WHEN 'direct' THEN p.subject_id = p.id
        WHEN 'order' THEN c.card_minor = p.amount_minor AND c.currency = p.currency AND c.order_id = p.order_id AND c.member_id = p.member_id AND c.merchant_id = p.merchant_id
          AND (c.state = 'captured') = (p.state IN ('captured', 'settled'))
        ELSE t.amount_minor = p.amount_minor AND t.currency = p.currency AND t.member_id = p.member_id AND t.merchant_id = p.merchant_id
          AND t.state = CASE WHEN p.state IN ('captured', 'settled') THEN 'completed' WHEN p.state IN ('declined', 'failed', 'capture_failed', 'voided', 'expired') THEN 'failed' ELSE 'requested' END
      END, false)
    UNION ALL
    SELECT 'checkout:' || c.checkout_id, format('%s with a card part of %s and no charge', c.state, c.card_minor)
    FROM checkout_payments c LEFT JOIN payment_transactions p ON p.id = c.payment_id
    WHERE c.state NOT IN ('refused', 'released') AND (c.card_minor > 0) <> (p.id IS NOT NULL)`,
});

const stepsLeadToState = within({
  service: 'wallet',
  name: 'payments.steps-lead-to-the-state',
  says: 'The steps of every charge follow one another from requested to where it stands.',
  examined: 'payment_steps WHERE refund_id IS NULL',
  offenders: `
    SELECT 'payment:' || p.id AS subject, format('is %s, its steps end with %s', p.state, coalesce(s.last, 'requested')) AS detail
    FROM payment_transactions p LEFT JOIN (SELECT DISTINCT ON (payment_id) payment_id, to_state AS last FROM payment_steps WHERE refund_id IS NULL ORDER BY payment_id, id DESC) s ON s.payment_id = p.id
    WHERE p.state <> coalesce(s.last, 'requested')
    UNION ALL
    SELECT 'payment:' || payment_id, format('a step from %s to %s follows one to %s', from_state, to_state, before)
    FROM (SELECT *, lag(to_state, 1, 'requested') OVER (PARTITION BY payment_id ORDER BY id) AS before FROM payment_steps WHERE refund_id IS NULL) step WHERE from_state <> before`,
});

const stepsAreLegal = within({
  service: 'wallet',
  name: 'payments.steps-are-legal',
  says: 'No charge left an end it had reached, except between captured and settled, as statements say and are taken back; what was taken never shrank; and no charge came to nothing after money was taken.',
  examined: 'payment_steps WHERE refund_id IS NULL',
  offenders: `
    SELECT 'payment:' || payment_id AS subject, format('a step from %s (%s taken) to %s (%s taken) by %s', from_state, amount_before_minor, to_state, amount_after_minor, learned_from) AS detail
    FROM payment_steps WHERE refund_id IS NULL AND (
      from_state IN ('declined', 'failed', 'capture_failed', 'voided', 'expired') OR from_state = 'captured' AND to_state <> 'settled'
      OR from_state = 'settled' AND (to_state <> 'captured' OR learned_from <> 'settlement')
      OR to_state = 'settled' AND (from_state <> 'captured' OR learned_from <> 'settlement')
      OR to_state = 'requested' AND from_state NOT IN ('requested', 'unknown', 'pending')
      OR to_state IN ('declined', 'failed', 'capture_failed', 'voided', 'expired') AND coalesce(amount_after_minor, 0) > 0
      OR amount_after_minor < amount_before_minor)`,
});

const capturesAddUp = within({
  service: 'wallet',
  name: 'payments.captures-add-up',
  says: 'What a charge counts as taken, as being taken and as settled is the sum of its captures and of the lines of statements; never more than was authorised, nor settled more than taken.',
  examined: 'payment_captures',
  offenders: `
    SELECT 'payment:' || p.id AS subject, format('%s: %s of %s taken, %s being taken, %s settled; its captures took %s and ask for %s, statements settled %s', p.state, captured_minor,
      amount_minor, capturing_minor, settled_minor, coalesce(c.taken, 0), coalesce(c.asked, 0), coalesce(s.settled, 0)) AS detail
    FROM payment_transactions p
    LEFT JOIN (SELECT payment_id, sum(amount_minor) FILTER (WHERE state = 'captured') AS taken, sum(amount_minor) FILTER (WHERE state = 'requested') AS asked
               FROM payment_captures GROUP BY 1) c ON c.payment_id = p.id
    LEFT JOIN (SELECT payment_id, sum(amount_minor) AS settled FROM payment_settlements GROUP BY 1) s ON s.payment_id = p.id
    WHERE captured_minor <> coalesce(c.taken, 0) OR capturing_minor <> coalesce(c.asked, 0) OR settled_minor <> coalesce(s.settled, 0)
      OR captured_minor + capturing_minor > amount_minor OR settled_minor > captured_minor OR (state = 'settled') <> (captured_minor > 0 AND settled_minor = captured_minor)
      OR state IN ('captured', 'settled', 'partially_captured') AND captured_minor = 0 OR state IN ('declined', 'failed', 'capture_failed', 'voided', 'expired') AND captured_minor > 0`,
});

/** Every hold that checkouts should have: one for plain wallet money, else one per part. */
const holdsWanted = `
  SELECT checkout_id, state, 'checkout:' || checkout_id AS hold_key, wallet_minor AS amount FROM checkout_payments WHERE wallet_minor > 0 AND parts = 0
  UNION ALL SELECT p.checkout_id, c.state, p.hold_key, p.held_minor FROM checkout_parts p JOIN checkout_payments c ON c.checkout_id = p.checkout_id`;

const holdsMatch = within({
  service: 'wallet',
  name: 'payments.holds-match-checkouts',
  says: 'Money is held for exactly the checkouts that are on their way, for each part of their wallet part, and is taken or free when they are.',
  examined: 'ledger_holds',
  offenders: `
    SELECT coalesce('checkout:' || c.checkout_id, 'hold:' || h.id) AS subject,
      format('checkout %s for %s; hold %s of %s', coalesce(c.state, 'unknown'), c.amount, coalesce(h.status, 'none'), h.amount) AS detail
    FROM (${holdsWanted}) c
      FULL JOIN (SELECT * FROM ledger_holds WHERE key NOT LIKE 'withdrawal:%') h ON h.key = c.hold_key
    WHERE CASE WHEN c.checkout_id IS NULL THEN h.status <> 'voided'
      WHEN h.id IS NULL THEN c.state <> 'refused'
      ELSE (c.state <> 'refused' AND h.amount <> c.amount) OR h.status <> CASE c.state WHEN 'captured' THEN 'captured' WHEN 'refused' THEN 'voided' WHEN 'released' THEN 'voided' ELSE 'open' END END`,
});

export const paymentInvariants: Invariant[] = [
  capturedAsOrdered,
  paymentPart,
  stockPart,
  chargesMatch,
  stepsLeadToState,
  stepsAreLegal,
  capturesAddUp,
  holdsMatch,
];
