import { type Invariant, within } from '../invariant';

/** What each counter must have used: the movements of its day, of its month, or on their way. */
const sums = `
  SELECT merchant_id, member_id, currency, operation, period, sum(amount) AS used FROM (
    SELECT merchant_id, member_id, currency, operation, day AS period, amount_minor AS amount FROM wallet_limit_uses WHERE returned_at IS NULL
    UNION ALL SELECT merchant_id, member_id, currency, operation, month, amount_minor FROM wallet_limit_uses WHERE returned_at IS NULL
    UNION ALL SELECT merchant_id, member_id, currency, 'receive', 'on-its-way', amount_minor FROM wallet_limit_uses WHERE returned_at IS NULL AND on_its_way) one
  GROUP BY 1, 2, 3, 4, 5`;

const counters = within({
  service: 'wallet',
  name: 'limits.counters-are-the-movements',
  says: 'What a member has used of a limit is the sum of what was moved, and never above the limit it was measured by.',
  examined: 'wallet_limit_counters',
  offenders: `
    SELECT 'member:' || coalesce(c.member_id, s.member_id) AS subject, format('%s %s in %s: %s used of %s, %s moved', coalesce(c.operation, s.operation), coalesce(c.currency, s.currency),
      coalesce(c.period, s.period), coalesce(c.used_minor, 0), coalesce(c.limit_minor::text, 'no limit'), coalesce(s.used, 0)) AS detail
    FROM wallet_limit_counters c FULL JOIN (${sums}) s ON s.merchant_id = c.merchant_id AND s.member_id = c.member_id AND s.currency = c.currency
      AND s.operation = c.operation AND s.period = c.period
    WHERE coalesce(c.used_minor, 0) <> coalesce(s.used, 0) OR c.used_minor > c.limit_minor`,
});

/** The ledger cuts its instants to whole milliseconds, so the end of a freeze is cut as well. */
const whileFrozen = (at: string): string =>
  `${at} >= f.frozen_at AND (f.lifted_at IS NULL OR ${at} < date_trunc('milliseconds', f.lifted_at))`;

const frozen = within({
  service: 'wallet',
  name: 'limits.frozen-wallets-give-nothing',
  says: 'While a wallet is frozen nothing new is held on it, sent from it or exchanged; what was held before is still paid.',
  examined: 'wallet_freezes',
  offenders: `
    SELECT 'member:' || f.member_id AS subject, format('frozen %s to %s: hold %s of %s on %s', f.frozen_at, coalesce(f.lifted_at::text, 'now'), h.key, h.amount, a.code) AS detail
    FROM wallet_freezes f JOIN ledger_accounts a ON a.code LIKE concat_ws(':', 'member', f.member_id, 'merchant', f.merchant_id, 'wallet', '%')
    JOIN ledger_holds h ON h.account_id = a.id WHERE ${whileFrozen('h.created_at')}
    UNION ALL
    SELECT 'member:' || f.member_id, format('frozen %s to %s: %s %s took %s from %s', f.frozen_at, coalesce(f.lifted_at::text, 'now'), j.kind, j.key, -p.amount, a.code)
    FROM wallet_freezes f JOIN ledger_accounts a ON a.code LIKE concat_ws(':', 'member', f.member_id, 'merchant', f.merchant_id, 'wallet', '%')
    JOIN ledger_postings p ON p.account_id = a.id AND p.amount < 0 JOIN ledger_journals j ON j.id = p.journal_id AND j.inserted_at = p.inserted_at
    WHERE j.kind IN ('transfer', 'exchange') AND ${whileFrozen('p.inserted_at')}`,
});

export const limitInvariants: Invariant[] = [counters, frozen];
