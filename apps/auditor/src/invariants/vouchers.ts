import { type Invariant, within } from '../invariant';

const counted = within({
  service: 'wallet',
  name: 'vouchers.uses-are-redemptions',
  says: 'A voucher campaign, its codes and its members count as used exactly what was redeemed, and never more than they may.',
  examined: 'voucher_campaigns',
  offenders: `
    SELECT 'campaign:' || c.id AS subject, format('%s of %s uses and %s of %s spent; %s redeemed for %s', c.uses, c.max_uses, c.spent_minor, c.budget_minor,
      coalesce(r.uses, 0), coalesce(r.spent, 0)) AS detail
    FROM voucher_campaigns c LEFT JOIN (SELECT campaign_id, count(*) AS uses, sum(amount_minor) AS spent FROM voucher_redemptions GROUP BY 1) r ON r.campaign_id = c.id
    WHERE c.uses <> coalesce(r.uses, 0) OR c.spent_minor <> coalesce(r.spent, 0) OR c.uses > c.max_uses OR c.spent_minor > c.budget_minor
    UNION ALL
    SELECT 'code:' || c.id, format('%s of %s uses, %s redeemed', c.uses, c.max_uses, coalesce(r.uses, 0))
    FROM voucher_codes c LEFT JOIN (SELECT code_id, count(*) AS uses FROM voucher_redemptions GROUP BY 1) r ON r.code_id = c.id
    WHERE c.uses <> coalesce(r.uses, 0) OR c.uses > c.max_uses
    UNION ALL
    SELECT 'member:' || coalesce(m.member_id, r.member_id), format('%s of %s uses of campaign %s, %s redeemed', coalesce(m.uses, 0), m.max_uses,
      coalesce(m.campaign_id, r.campaign_id), coalesce(r.uses, 0))
    FROM voucher_members m FULL JOIN (SELECT campaign_id, member_id, count(*) AS uses FROM voucher_redemptions GROUP BY 1, 2) r
      ON r.campaign_id = m.campaign_id AND r.member_id = m.member_id
    WHERE m.uses IS DISTINCT FROM r.uses OR m.uses > m.max_uses`,
});

const toTheirMembers = within({
  service: 'wallet',
  name: 'vouchers.paid-by-the-merchant',
  says: 'What a voucher gave stands in the wallet of the member who redeemed it, at the cost of its merchant.',
  examined: 'voucher_redemptions',
  offenders: `
    SELECT 'redemption:' || r.id AS subject, format('%s %s for %s; the books gave them %s, the merchant bore %s', r.amount_minor, r.currency, r.member_id,
      coalesce(sum(p.amount) FILTER (WHERE a.code = concat_ws(':', 'member', r.member_id, 'merchant', r.merchant_id, 'wallet', r.currency)), 0),
      coalesce(-sum(p.amount) FILTER (WHERE a.code = concat_ws(':', 'merchant', r.merchant_id, 'voucher-cost', r.currency)), 0)) AS detail
    FROM voucher_redemptions r LEFT JOIN ledger_journals j ON j.key = 'voucher:' || r.id
    LEFT JOIN ledger_postings p ON p.journal_id = j.id AND p.inserted_at = j.inserted_at LEFT JOIN ledger_accounts a ON a.id = p.account_id
    GROUP BY r.id, r.amount_minor, r.currency, r.member_id, r.merchant_id
    HAVING coalesce(sum(p.amount) FILTER (WHERE a.code = concat_ws(':', 'member', r.member_id, 'merchant', r.merchant_id, 'wallet', r.currency)), 0) <> r.amount_minor
      OR coalesce(-sum(p.amount) FILTER (WHERE a.code = concat_ws(':', 'merchant', r.merchant_id, 'voucher-cost', r.currency)), 0) <> r.amount_minor`,
});

export const vouchersDue = `SELECT 'voucher:' || id AS key, 'voucher_topup' AS kind, amount_minor AS amount FROM voucher_redemptions`;

export const voucherInvariants: Invariant[] = [counted, toTheirMembers];
