import { type Invariant, within } from '../invariant';

/** What a checkout's parts took of a gift card or a grant for good, less what refunds put back onto it. */
const spent = `
  SELECT p.source_id AS id, sum(p.pays_minor - p.refunded_minor + p.elsewhere_minor) FILTER (WHERE c.state = 'captured') AS spent,
    sum(p.held_minor) FILTER (WHERE c.state IN ('reserving', 'reserved', 'confirming', 'releasing')) AS held
  FROM checkout_parts p JOIN checkout_payments c ON c.checkout_id = p.checkout_id WHERE p.source IN ('gift_card', 'store_credit') GROUP BY 1`;

const drained = `
  SELECT subject_id AS id, sum(amount_minor) AS amount FROM stored_value_steps WHERE step IN ('redeemed', 'cancelled', 'withdrawn', 'expired') GROUP BY 1`;

const balanceOf = (table: string, name: string): string => `
  SELECT '${name}:' || v.id AS subject, format('%s, issued with %s, %s spent, %s taken off it, %s held; the books have %s and hold %s', v.state, v.amount_minor,
    coalesce(s.spent, 0), coalesce(d.amount, 0), coalesce(s.held, 0), a.posted, a.held) AS detail
  FROM ${table} v LEFT JOIN (${spent}) s ON s.id = v.id LEFT JOIN (${drained}) d ON d.id = v.id
  LEFT JOIN ledger_accounts a ON a.code = concat_ws(':', 'merchant', v.merchant_id, '${name}', v.id, v.currency)
  WHERE a.posted IS DISTINCT FROM v.amount_minor - coalesce(s.spent, 0) - coalesce(d.amount, 0) OR a.held IS DISTINCT FROM coalesce(s.held, 0)
    OR (v.state <> 'active' AND a.posted <> 0)`;

const giftCards = within({
  service: 'wallet',
  name: 'gift-cards.balance-is-what-happened',
  says: 'On every gift card is what it was issued with, less what orders, its member and its end took, and nothing is left on one that is over.',
  examined: 'gift_cards',
  offenders: balanceOf('gift_cards', 'gift-card'),
});

const storeCredit = within({
  service: 'wallet',
  name: 'store-credit.balance-is-what-happened',
  says: 'Of every grant of store credit is left what orders and its end have not taken.',
  examined: 'store_credits',
  offenders: balanceOf('store_credits', 'store-credit'),
});

const spentByOwners = within({
  service: 'wallet',
  name: 'gift-cards.spent-by-their-owners',
  says: 'A gift card, a grant or a quote pays only for the member whose it is, at the merchant who owes it.',
  examined: `checkout_parts WHERE source <> 'wallet'`,
  offenders: `
    SELECT 'checkout:' || p.checkout_id AS subject, format('%s %s is of %s at %s, the checkout of %s at %s', p.source, p.source_id,
      coalesce(g.owner_id, s.member_id, q.member_id), coalesce(g.merchant_id, s.merchant_id, q.merchant_id), c.member_id, c.merchant_id) AS detail
    FROM checkout_parts p JOIN checkout_payments c ON c.checkout_id = p.checkout_id
    LEFT JOIN gift_cards g ON p.source = 'gift_card' AND g.id = p.source_id
    LEFT JOIN store_credits s ON p.source = 'store_credit' AND s.id = p.source_id
    LEFT JOIN exchange_quotes q ON p.source = 'exchange' AND q.id = p.source_id
    WHERE p.source <> 'wallet' AND (coalesce(g.owner_id, s.member_id, q.member_id) IS DISTINCT FROM c.member_id
      OR coalesce(g.merchant_id, s.merchant_id, q.merchant_id) IS DISTINCT FROM c.merchant_id)`,
});

const partsAddUp = within({
  service: 'wallet',
  name: 'payments.parts-are-the-wallet-part',
  says: 'The parts of a checkout sum to its wallet part, and what is given back of them to its refunds.',
  examined: 'checkout_parts',
  offenders: `
    SELECT 'checkout:' || coalesce(c.checkout_id, p.checkout_id) AS subject, format('%s parts of %s written, %s of %s expected; %s given back of parts, %s by refunds',
      coalesce(p.parts, 0), coalesce(p.pays, 0), c.parts, c.wallet_minor, coalesce(p.refunded, 0), coalesce(r.wallet, 0)) AS detail
    FROM (SELECT * FROM checkout_payments WHERE parts > 0) c
    FULL JOIN (SELECT checkout_id, count(*) AS parts, sum(pays_minor) AS pays, sum(refunded_minor) AS refunded FROM checkout_parts GROUP BY 1) p
      ON p.checkout_id = c.checkout_id
    LEFT JOIN (SELECT checkout_id, sum(wallet_minor) AS wallet FROM payment_refunds WHERE state = 'completed' GROUP BY 1) r ON r.checkout_id = c.checkout_id
    WHERE c.checkout_id IS NULL OR p.parts IS DISTINCT FROM c.parts OR p.pays <> c.wallet_minor OR p.refunded <> coalesce(r.wallet, 0)`,
});

/** Journals that end or begin a gift card or store credit, by the step that says so. */
export const storedValuesDue = `
  SELECT journal_key AS key, CASE split_part(journal_key, ':', 1) WHEN 'gift-card' THEN 'gift_card_issued' WHEN 'store-credit' THEN 'store_credit_granted'
    ELSE split_part(journal_key, ':', 1) END AS kind, amount_minor AS amount FROM stored_value_steps WHERE journal_key IS NOT NULL`;

/** Journals of captured wallet parts: a checkout without written parts is plain wallet money. What is exchanged adds to two accounts. */
export const partsDue = `
  SELECT 'capture:' || checkout_id AS key, 'wallet_payment' AS kind, wallet_minor AS amount FROM checkout_payments
    WHERE state = 'captured' AND wallet_minor > 0 AND parts = 0
  UNION ALL SELECT 'capture:' || substr(p.hold_key, length('checkout:') + 1), p.source || '_payment', p.pays_minor + CASE p.source WHEN 'exchange' THEN p.held_minor ELSE 0 END
    FROM checkout_parts p JOIN checkout_payments c ON c.checkout_id = p.checkout_id WHERE c.state = 'captured'`;

export const storedValueInvariants: Invariant[] = [giftCards, storeCredit, spentByOwners, partsAddUp];
