import { type Invariant, within } from '../invariant';
import { matching } from '../matching';

/** Journals that lots, closes and partners must have, each with what it moved. */
export const liabilityDue = `
  SELECT 'points-deferred:' || id AS key, 'points_deferred' AS kind, allocated_minor AS amount FROM liability_lots WHERE allocated_minor > 0
  UNION ALL SELECT 'points-clawed-back:' || source_id || ':' || lot_id, 'points_clawed_back', -price_minor FROM liability_events WHERE kind = 'clawed_back' AND price_minor <> 0
  UNION ALL SELECT 'points-burned:' || redemption_id, 'points_burned_elsewhere', sum(amount_minor) FROM settlement_entries GROUP BY redemption_id
  UNION ALL SELECT 'settlement-paid:' || id, 'settlement_paid', amount_minor FROM settlement_transfers WHERE state = 'paid'
  UNION ALL SELECT 'prefunding:' || id, 'prefunding', amount_minor FROM prefunding_changes WHERE kind <> 'setting'
  UNION ALL SELECT booked.kind || ':' || close_id || ':' || program_id || ':' || currency, booked.kind, abs(sum(booked.amount)) FROM close_lines line
    JOIN closes ON closes.id = line.close_id AND closes.state = 'closed'
    CROSS JOIN LATERAL (VALUES ('close_redeemed', redeemed_minor), ('close_breakage', breakage_minor), ('close_expired', expired_minor)) AS booked (kind, amount)
    GROUP BY booked.kind, close_id, program_id, currency HAVING sum(booked.amount) <> 0`;

const lots = matching({
  name: 'liability.lots-are-loyaltys',
  says: 'Every lot of points is in the books of the wallet once, for the same member and with as many points left, and no other is.',
  left: {
    service: 'loyalty',
    what: 'the lot',
    sql: `SELECT id::text AS key, concat_ws(' ', member_id, program_id, order_id, earned, remaining) AS value, ARRAY[id, order_id, member_id]::text[] AS refs, true AS must FROM loyalty_lots`,
  },
  right: {
    service: 'wallet',
    what: 'the lot',
    sql: `SELECT id::text AS key, concat_ws(' ', member_id, program_id, order_id, points, points - redeemed - expired - clawed_back) AS value, ARRAY[id, order_id, member_id]::text[] AS refs,
      true AS must FROM liability_lots`,
  },
});

const followEvents = within({
  service: 'wallet',
  name: 'liability.lots-follow-their-events',
  says: 'Every lot has the points and the price that its events add up to.',
  examined: 'liability_lots',
  offenders: `
    SELECT 'lot:' || coalesce(lot.id, event.lot_id) AS subject, format('%s points, %s redeemed, %s expired, %s clawed back, price %s of %s; events %s, %s, %s, %s, price %s of %s', lot.points,
      lot.redeemed, lot.expired, lot.clawed_back, lot.price_minor, lot.allocated_minor, event.earned, event.redeemed, event.expired, event.clawed_back, event.price, event.allocated) AS detail
    FROM liability_lots lot FULL JOIN (
      SELECT lot_id, coalesce(sum(points) FILTER (WHERE kind = 'earned'), 0) AS earned, coalesce(sum(points) FILTER (WHERE kind = 'redeemed'), 0) AS redeemed,
        coalesce(sum(points) FILTER (WHERE kind = 'expired'), 0) AS expired, coalesce(sum(points) FILTER (WHERE kind = 'clawed_back'), 0) AS clawed_back,
        sum(price_minor) AS price, coalesce(sum(price_minor) FILTER (WHERE kind = 'earned'), 0) AS allocated
      FROM liability_events GROUP BY lot_id
    ) event ON event.lot_id = lot.id
    WHERE (lot.points, lot.redeemed, lot.expired, lot.clawed_back, lot.price_minor, lot.allocated_minor)
      IS DISTINCT FROM (event.earned, event.redeemed, event.expired, event.clawed_back, event.price, event.allocated)`,
});

const inTheBooks = within({
  service: 'wallet',
  name: 'liability.lots-are-the-contract-liability',
  says: 'What the lots of a program carry sums to its contract liability account.',
  examined: 'liability_programs',
  offenders: `
    SELECT 'program:' || coalesce(lot.program_id::text, split_part(account.code, ':', 4)) AS subject, format('lots carry %s, the account %s', coalesce(lot.minor, 0), coalesce(account.posted, 0)) AS detail
    FROM (SELECT merchant_id, program_id, currency, sum(unrecognised_minor) AS minor FROM liability_lots GROUP BY 1, 2, 3) lot
    FULL JOIN (SELECT code, posted FROM ledger_accounts WHERE code LIKE 'merchant:%:contract-liability:%') account
      ON account.code = concat_ws(':', 'merchant', lot.merchant_id, 'contract-liability', lot.program_id, lot.currency)
    WHERE coalesce(lot.minor, 0) <> coalesce(account.posted, 0)`,
});

const funders = within({
  service: 'wallet',
  name: 'liability.funders-sum-to-the-lot',
  says: 'Every lot names who funds it, and the shares sum to the whole.',
  examined: 'liability_lots',
  offenders: `
    SELECT 'lot:' || coalesce(lot.id, funder.lot_id) AS subject, format('funded to %s of 10000', coalesce(funder.shares, 0)) AS detail
    FROM liability_lots lot FULL JOIN (SELECT lot_id, sum(share_bps) AS shares FROM liability_lot_funders GROUP BY 1) funder ON funder.lot_id = lot.id
    WHERE lot.id IS NULL OR funder.shares IS DISTINCT FROM 10000`,
});

const prefunded = within({
  service: 'wallet',
  name: 'settlement.prefunding-covers-what-it-says',
  says: 'Prefunding is what was paid in and is on its account, and commits what the points that are out are worth.',
  examined: 'prefunding',
  offenders: `
    SELECT 'merchant:' || fund.merchant_id AS subject, format('%s: balance %s, paid in %s, account %s; committed %s, lots %s', fund.currency, fund.balance_minor,
      coalesce(paid.minor, 0), coalesce(account.posted, 0), fund.committed_minor, coalesce(lots.minor, 0)) AS detail
    FROM prefunding fund
    LEFT JOIN (SELECT merchant_id, currency, sum(CASE kind WHEN 'deposit' THEN amount_minor WHEN 'withdrawal' THEN -amount_minor ELSE 0 END) AS minor
      FROM prefunding_changes GROUP BY 1, 2) paid USING (merchant_id, currency)
    LEFT JOIN ledger_accounts account ON account.code = concat_ws(':', 'merchant', fund.merchant_id, 'prefunding', fund.currency)
    LEFT JOIN (
      SELECT funder.funder, lot.currency, sum(div((points - redeemed - expired - clawed_back)::numeric * point_value_micros * share_bps, 10000000000)) AS minor
      FROM liability_lot_funders funder JOIN liability_lots lot ON lot.id = funder.lot_id
      JOIN liability_settings setting ON setting.program_id = lot.program_id AND setting.version = lot.setting_version GROUP BY 1, 2
    ) lots ON lots.funder = 'merchant:' || fund.merchant_id AND lots.currency = fund.currency
    WHERE fund.balance_minor <> coalesce(paid.minor, 0) OR fund.balance_minor <> coalesce(account.posted, 0) OR fund.committed_minor <> coalesce(lots.minor, 0)`,
});

const payables = within({
  service: 'wallet',
  name: 'settlement.payables-net-to-zero',
  says: 'What partners owe each other for points sums to zero, and each account is what its entries say, less what was paid.',
  examined: 'settlement_entries',
  offenders: `
    SELECT 'partner:' || coalesce(owed.partner, account.partner) AS subject, format('owed %s, the account says %s', coalesce(owed.minor, 0), coalesce(account.posted, 0)) AS detail
    FROM (
      SELECT partner, currency, sum(minor) AS minor FROM (
        SELECT creditor AS partner, currency, amount_minor AS minor FROM settlement_entries
        UNION ALL SELECT debtor, currency, -amount_minor FROM settlement_entries
        UNION ALL SELECT creditor, currency, -amount_minor FROM settlement_transfers WHERE state = 'paid'
        UNION ALL SELECT debtor, currency, amount_minor FROM settlement_transfers WHERE state = 'paid'
      ) moved GROUP BY 1, 2
    ) owed FULL JOIN (
      SELECT substr(code, 9, length(code) - 23) AS partner, asset AS currency, posted FROM ledger_accounts WHERE code LIKE 'partner:%:settlement:%'
    ) account ON account.partner = owed.partner AND account.currency = owed.currency
    WHERE coalesce(owed.minor, 0) <> coalesce(account.posted, 0)
    UNION ALL SELECT 'currency:' || asset, format('partners owe each other %s in all', sum(posted)) FROM ledger_accounts WHERE code LIKE 'partner:%:settlement:%' GROUP BY asset HAVING sum(posted) <> 0`,
});

const invoiced = within({
  service: 'wallet',
  name: 'settlement.transfers-are-the-invoices-netted',
  says: 'Every settled entry is invoiced once, and the transfers of a settlement leave each partner what its invoices do.',
  examined: 'settlements',
  offenders: `
    SELECT 'settlement:' || coalesce(entry.settlement_id, invoice.settlement_id) AS subject, format('%s owes %s: entries %s, invoice %s, lines %s', coalesce(entry.debtor, invoice.debtor),
      coalesce(entry.creditor, invoice.creditor), coalesce(entry.minor, 0), coalesce(invoice.total_minor, 0), coalesce(invoice.lines, 0)) AS detail
    FROM (SELECT settlement_id, debtor, creditor, sum(amount_minor) AS minor FROM settlement_entries WHERE settlement_id IS NOT NULL GROUP BY 1, 2, 3) entry
    FULL JOIN (SELECT invoice.*, (SELECT sum(amount_minor) FROM settlement_invoice_lines WHERE invoice_id = invoice.id) AS lines FROM settlement_invoices invoice) invoice
      ON invoice.settlement_id = entry.settlement_id AND invoice.debtor = entry.debtor AND invoice.creditor = entry.creditor
    WHERE entry.minor IS DISTINCT FROM invoice.total_minor OR entry.minor IS DISTINCT FROM invoice.lines
    UNION ALL
    SELECT 'settlement:' || settlement_id, format('%s: invoices and transfers differ by %s', partner, sum(minor)) FROM (
      SELECT settlement_id, creditor AS partner, total_minor AS minor FROM settlement_invoices
      UNION ALL SELECT settlement_id, debtor, -total_minor FROM settlement_invoices
      UNION ALL SELECT settlement_id, creditor, -amount_minor FROM settlement_transfers
      UNION ALL SELECT settlement_id, debtor, amount_minor FROM settlement_transfers
    ) moved GROUP BY settlement_id, partner HAVING sum(minor) <> 0`,
});

export const liabilityInvariants: Invariant[] = [
  lots,
  followEvents,
  inTheBooks,
  funders,
  prefunded,
  payables,
  invoiced,
];
