import type { Caller } from '@florin/access';
import { Reads } from '@florin/database';
import { decodeCursor, page } from '@florin/http';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { carriedLots, carriedNow } from './carried-lots';
import type { Grouping, LiabilityDto, LiabilityQuery, OwedDto, OwedGroupDto } from './liability.dto';
import { endOf, type Month } from './months';

/** What each kind of account owes, by the words of its code. */
const kinds = `(VALUES ('member', 'wallet', 'wallet'), ('member', 'cashback-pending', 'cashback'), ('merchant', 'contract-liability', 'points'),
  ('merchant', 'gift-card', 'gift_card'), ('merchant', 'store-credit', 'store_credit'), ('merchant', 'payouts', 'payout'),
  ('merchant', 'prefunding', 'prefunding'), ('partner', 'settlement', 'partner')) AS kinds (owner, word, kind)`;

/** What the ledger says the merchant owes: one row per account that does. A partner that owes it has the other sign. */
function owed(posted: string): string {
  return `account AS (
    SELECT asset AS currency, string_to_array(code, ':') AS part, ${posted} AS posted
    FROM ledger_accounts WHERE substring(code FROM 'merchant:([0-9a-f-]{36})') = $1::uuid::text
  ), owed AS (
    SELECT kind, currency, CASE kind WHEN 'partner' THEN greatest(-posted, 0) ELSE posted END::bigint AS minor,
      CASE WHEN kind = 'store_credit' THEN (SELECT member_id::text FROM store_credits WHERE id = part[4]::uuid)
        WHEN owner = 'member' THEN part[2] END AS member_id,
      CASE kind WHEN 'points' THEN part[4] END AS program_id
    FROM account JOIN ${kinds} ON kinds.owner = account.part[1]
      AND kinds.word = account.part[CASE account.part[1] WHEN 'member' THEN 5 WHEN 'merchant' THEN 3 ELSE 4 END]
  )`;
}

const owedNow = owed('posted');
/** At $4: without what counts later. */
const owedThen = owed(`posted - coalesce((SELECT sum(amount) FROM ledger_postings posting
  WHERE posting.account_id = ledger_accounts.id AND posting.effective_at > $4), 0)`);

/** One row per thing that is owed, with its key in the grouping: points by lots where only lots know it, all else by accounts. */
const keyed: Record<Grouping, string> = {
  kind: byAccount('kind'),
  currency: byAccount('currency::text'),
  merchant: byAccount('$1::uuid::text'),
  program: byAccount('program_id'),
  member: byLot('member_id::text', 'member_id'),
  cohort: byLot('cohort', 'NULL'),
  funder: `
    SELECT funder AS key, currency, points_part AS points, minor_part AS minor FROM (
      SELECT funder, currency,
        div(points * until::numeric, 10000) - div(points * (until - share_bps)::numeric, 10000) AS points_part,
        div(minor * until::numeric, 10000) - div(minor * (until - share_bps)::numeric, 10000) AS minor_part
      FROM (
        SELECT carried.*, funder, share_bps, sum(share_bps) OVER (PARTITION BY carried.id ORDER BY funder) AS until
        FROM carried JOIN liability_lot_funders ON lot_id = carried.id
      ) share
    ) part
    UNION ALL SELECT NULL, currency, 0, minor FROM owed WHERE kind <> 'points'`,
};

function byAccount(key: string): string {
  const points =
    { kind: `'points'`, 'currency::text': 'currency::text', '$1::uuid::text': '$1::uuid::text' }[key] ??
    'program_id::text';
  return `SELECT ${key} AS key, currency, 0::numeric AS points, minor::numeric AS minor FROM owed
    UNION ALL SELECT ${points}, currency, points, 0 FROM carried`;
}

function byLot(key: string, ofAccounts: string): string {
  return `SELECT ${key} AS key, currency, points::numeric AS points, minor::numeric AS minor FROM carried
    UNION ALL SELECT ${ofAccounts}, currency, 0, minor FROM owed WHERE kind <> 'points'`;
}

/** How much is owed, to whom and for what, in one call. */
@Injectable()
export class LiabilityQueries {
  constructor(
    private readonly reads: Reads,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** By effective date. Without `as_of` as the books stand now; before that as rebuilt from the events of lots and the closes. */
  async owed({ merchantId }: Caller, { as_of, by, limit, cursor }: LiabilityQuery): Promise<LiabilityDto> {
    const after = decodeCursor(cursor, { key: 'text', currency: 'text' });
    const close = as_of ? await this.closeBefore(merchantId, as_of) : undefined;
    const [accounts, lots] = as_of ? [owedThen, carriedLots] : [owedNow, carriedNow];
    const at = [merchantId, close?.id ?? null, close?.period ?? '', as_of ?? 'infinity'];
    const named = `params AS (SELECT $1::uuid, $2::uuid, $3::text, $4::timestamptz)`;
    const [totals, rows] = await Promise.all([
      this.reads.query<OwedDto>(
        `WITH ${named}, ${accounts} SELECT kind, currency, sum(minor)::bigint AS owed_minor FROM owed
         GROUP BY 1, 2 HAVING sum(minor) <> 0 ORDER BY 2, 1`,
        at,
      ),
      this.reads.query<OwedGroupDto & { sort: string }>(
        `WITH ${named}, ${accounts}, ${lots}
         SELECT key, coalesce(key, '') AS sort, currency, sum(points)::bigint AS points, sum(minor)::bigint AS owed_minor FROM (${keyed[by]}) keyed
         WHERE $5::text IS NULL OR (coalesce(key, '') COLLATE "C", currency::text COLLATE "C") > ($5, $6::text)
         GROUP BY key, currency HAVING sum(points) <> 0 OR sum(minor) <> 0
         ORDER BY coalesce(key, '') COLLATE "C", currency::text COLLATE "C" LIMIT $7`,
        [...at, after?.key ?? null, after?.currency ?? null, limit + 1],
      ),
    ]);
    const groups = page(rows, limit, ({ sort, currency }) => ({ key: sort, currency }));
    const data = groups.data.map(({ key, currency, points, owed_minor }) => ({ key, currency, points, owed_minor }));
    return { ...groups, as_of: as_of ?? this.clock.now(), totals, data };
  }

  private async closeBefore(merchantId: string, asOf: Date): Promise<{ id: string; period: Month } | undefined> {
    const rows = await this.reads.query<{ id: string; period: Month }>(
      `SELECT id, period FROM closes WHERE merchant_id = $1 AND state = 'closed' AND period <= to_char($2::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM')
       ORDER BY period DESC LIMIT 2`,
      [merchantId, asOf],
    );
    return rows.find(({ period }) => endOf(period) <= asOf);
  }
}
