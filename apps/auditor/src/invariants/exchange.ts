import { type Invariant, within } from '../invariant';

/** Currencies whose minor unit is not a hundredth (ISO 4217). */
const exponent = (column: string): string => `
  CASE WHEN ${column} IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
       WHEN ${column} IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0 ELSE 2 END`;

/**
 * What the stored rate makes of an amount, in the other currency's minor units: as wide as a quote of either side may be off by
 * its one rounding. Multiplied out, so that an inverted rate needs no division.
 */
const atTheRate = within({
  service: 'wallet',
  name: 'exchange.quoted-at-the-stored-rate',
  says: 'Every quote is what the stored rate and the spread make of it, rounded once, and never better than the rate itself.',
  examined: 'exchange_quotes',
  offenders: `
    SELECT 'quote:' || id AS subject, format('%s %s for %s %s at %s%s less %s basis points', from_minor, from_currency, to_minor, to_currency, rate,
      CASE WHEN inverted THEN ' inverted' ELSE '' END, spread_bps) AS detail
    FROM (
      SELECT q.*, r.rate, r.merchant_id AS of_merchant, r.base, r.quote AS counter, r.valid_from,
        q.from_minor * power(10::numeric, ${exponent('q.to_currency')}) * CASE WHEN q.inverted THEN 1 ELSE r.rate END AS given,
        q.to_minor * power(10::numeric, ${exponent('q.from_currency')}) * CASE WHEN q.inverted THEN r.rate ELSE 1 END AS got,
        power(10::numeric, ${exponent('q.from_currency')}) * CASE WHEN q.inverted THEN r.rate ELSE 1 END AS coin_got,
        power(10::numeric, ${exponent('q.to_currency')}) * CASE WHEN q.inverted THEN 1 ELSE r.rate END AS coin_given
      FROM exchange_quotes q LEFT JOIN exchange_rates r ON r.id = q.rate_id) quoted
    WHERE rate IS NULL OR of_merchant <> merchant_id OR valid_from > created_at
      OR (CASE WHEN inverted THEN (counter, base) ELSE (base, counter) END) IS DISTINCT FROM (from_currency, to_currency)
      OR got > given OR got + coin_got + coin_given < given * (10000 - spread_bps) / 10000`,
});

const asQuoted = within({
  service: 'wallet',
  name: 'exchange.journals-as-quoted',
  says: "Every accepted quote has one journal that moves both amounts through the merchant's positions, and each currency sums to zero.",
  examined: `exchange_quotes WHERE used_for = 'conversion'`,
  offenders: `
    SELECT 'quote:' || q.id AS subject, format('%s %s for %s %s; the books moved %s', q.from_minor, q.from_currency, q.to_minor, q.to_currency, coalesce(j.moved, 'nothing')) AS detail
    FROM exchange_quotes q LEFT JOIN LATERAL (
      SELECT string_agg(concat_ws(' ', a.code, p.amount), ', ' ORDER BY a.code) AS moved FROM ledger_journals j
      JOIN ledger_postings p ON p.journal_id = j.id AND p.inserted_at = j.inserted_at JOIN ledger_accounts a ON a.id = p.account_id WHERE j.key = 'exchange:' || q.id) j ON true
    WHERE q.used_for = 'conversion' AND j.moved IS DISTINCT FROM (
      SELECT string_agg(concat_ws(' ', code, amount), ', ' ORDER BY code) FROM (VALUES
        (concat_ws(':', 'member', q.member_id, 'merchant', q.merchant_id, 'wallet', q.from_currency), -q.from_minor),
        (concat_ws(':', 'merchant', q.merchant_id, 'exchange-position', q.from_currency), q.from_minor),
        (concat_ws(':', 'merchant', q.merchant_id, 'exchange-position', q.to_currency), -q.to_minor),
        (concat_ws(':', 'member', q.member_id, 'merchant', q.merchant_id, 'wallet', q.to_currency), q.to_minor)) AS wanted (code, amount))
    UNION ALL
    SELECT 'quote:' || q.id, format('used for checkout %s, which %s', q.used_by, coalesce('holds ' || p.held_minor || ' for ' || p.pays_minor, 'holds nothing'))
    FROM exchange_quotes q LEFT JOIN checkout_parts p ON p.checkout_id = q.used_by AND p.source_id = q.id
    WHERE q.used_for = 'checkout' AND (p.held_minor, p.pays_minor, p.held_currency) IS DISTINCT FROM (q.from_minor, q.to_minor, q.from_currency)`,
});

/** An exchange adds to two accounts: the merchant's position in one currency and the member's wallet in the other. */
export const exchangeDue = `SELECT 'exchange:' || id AS key, 'exchange' AS kind, from_minor + to_minor AS amount FROM exchange_quotes WHERE used_for = 'conversion'`;

export const exchangeInvariants: Invariant[] = [atTheRate, asQuoted];
