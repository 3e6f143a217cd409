import type { Tx } from '@florin/database';
import type { CampaignDto, RedemptionDto } from './voucher.dto';
import type { Campaign } from './voucher-rules';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface NewCode {
  id: string;
  codeHash: string;
  knownCode: string | null;
  maxUses: number | null;
}

export interface VoucherCode {
  id: string;
  campaignId: string;
  uses: number;
  maxUses: number | null;
}

export interface Redemption {
  id: string;
  campaignId: string;
  codeId: string | null;
  merchantId: string;
  memberId: string;
  currency: string;
  amountMinor: number;
  redeemedAt: Date;
}

export type CampaignTerms = Pick<CampaignDto, 'active' | 'valid_until' | 'max_uses' | 'budget_minor'>;

const view = `id, name, currency, amount_minor, max_uses, max_uses_per_member, budget_minor, valid_from, valid_until, active, uses, spent_minor, version,
  created_at`;
const domain = `id, merchant_id AS "merchantId", currency, amount_minor AS "amountMinor", max_uses AS "maxUses", max_uses_per_member AS "maxUsesPerMember",
  budget_minor AS "budgetMinor", valid_from AS "validFrom", valid_until AS "validUntil", active, uses, spent_minor AS "spentMinor"`;
const redemptionView = 'id, campaign_id, member_id, currency, amount_minor, redeemed_at';

/** SQL of vouchers. */
export class VouchersRepository {
  async insert(
    tx: Tx,
    merchantId: string,
    createdBy: string,
    campaign: Omit<CampaignDto, 'uses' | 'spent_minor' | 'version'>,
    codes: readonly NewCode[],
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO voucher_campaigns (id, merchant_id, name, currency, amount_minor, max_uses, max_uses_per_member, budget_minor, valid_from, valid_until,
                                      active, created_by, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        campaign.id,
        merchantId,
        campaign.name,
        campaign.currency,
        campaign.amount_minor,
        campaign.max_uses,
        campaign.max_uses_per_member,
        campaign.budget_minor,
        campaign.valid_from,
        campaign.valid_until,
        campaign.active,
        createdBy,
        campaign.created_at,
      ],
    );
    await tx.execute(
      `INSERT INTO voucher_codes (id, campaign_id, merchant_id, code_hash, known_code, max_uses)
       SELECT new.id, $1, $2, new.code_hash, new.known_code, new.max_uses
       FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[]) AS new (id, code_hash, known_code, max_uses)`,
      [
        campaign.id,
        merchantId,
        codes.map((code) => code.id),
        codes.map((code) => code.codeHash),
        codes.map((code) => code.knownCode),
        codes.map((code) => code.maxUses),
      ],
    );
  }

  async update(tx: Tx, id: string, terms: CampaignTerms): Promise<void> {
    await tx.execute(
      'UPDATE voucher_campaigns SET active = $2, valid_until = $3, max_uses = $4, budget_minor = $5, version = version + 1 WHERE id = $1',
      [id, terms.active, terms.valid_until, terms.max_uses, terms.budget_minor],
    );
  }

  async insertVersion(
    tx: Tx,
    id: string,
    version: number,
    terms: CampaignTerms,
    changedBy: string,
    now: Date,
  ): Promise<void> {
    await tx.execute(
      'INSERT INTO voucher_campaign_versions (campaign_id, version, terms, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)',
      [id, version, JSON.stringify(terms), changedBy, now],
    );
  }

  async one(source: Queries, merchantId: string, id: string): Promise<CampaignDto | undefined> {
    const [campaign] = await source.query<CampaignDto>(
      `SELECT ${view} FROM voucher_campaigns WHERE merchant_id = $1 AND id = $2`,
      [merchantId, id],
    );
    return campaign;
  }

  async lockView(tx: Tx, merchantId: string, id: string): Promise<CampaignDto | undefined> {
    const [campaign] = await tx.query<CampaignDto>(
      `SELECT ${view} FROM voucher_campaigns WHERE merchant_id = $1 AND id = $2 FOR UPDATE`,
      [merchantId, id],
    );
    return campaign;
  }

  /** Newest first. */
  list(source: Queries, merchantId: string, beforeId: string | undefined, limit: number): Promise<CampaignDto[]> {
    return source.query<CampaignDto>(
      `SELECT ${view} FROM voucher_campaigns WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id < $2::uuid) ORDER BY id DESC LIMIT $3`,
      [merchantId, beforeId ?? null, limit],
    );
  }

  redemptions(
    source: Queries,
    campaignId: string,
    beforeId: string | undefined,
    limit: number,
  ): Promise<RedemptionDto[]> {
    return source.query<RedemptionDto>(
      `SELECT ${redemptionView} FROM voucher_redemptions WHERE campaign_id = $1 AND ($2::uuid IS NULL OR id < $2::uuid)
       ORDER BY id DESC LIMIT $3`,
      [campaignId, beforeId ?? null, limit],
    );
  }

  async codeOf(source: Queries, merchantId: string, codeHash: string): Promise<VoucherCode | undefined> {
    const [code] = await source.query<VoucherCode>(
      'SELECT id, campaign_id AS "campaignId", uses, max_uses AS "maxUses" FROM voucher_codes WHERE merchant_id = $1 AND code_hash = $2',
      [merchantId, codeHash],
    );
    return code;
  }

  /** The campaign first, then its code: whoever redeems waits here for the one before. */
  async lockCampaign(tx: Tx, merchantId: string, id: string): Promise<Campaign | undefined> {
    const [campaign] = await tx.query<Campaign>(
      `SELECT ${domain} FROM voucher_campaigns WHERE merchant_id = $1 AND id = $2 FOR UPDATE`,
      [merchantId, id],
    );
    return campaign;
  }

  async usesOfCode(tx: Tx, codeId: string): Promise<VoucherCode | undefined> {
    const [code] = await tx.query<VoucherCode>(
      'SELECT id, campaign_id AS "campaignId", uses, max_uses AS "maxUses" FROM voucher_codes WHERE id = $1',
      [codeId],
    );
    return code;
  }

  async usesOfMember(tx: Tx, campaignId: string, memberId: string): Promise<number> {
    const [member] = await tx.query<{ uses: number }>(
      'SELECT uses FROM voucher_members WHERE campaign_id = $1 AND member_id = $2',
      [campaignId, memberId],
    );
    return member?.uses ?? 0;
  }

  async find(tx: Tx, id: string): Promise<Redemption | undefined> {
    const [redemption] = await tx.query<Redemption>(
      `SELECT id, campaign_id AS "campaignId", code_id AS "codeId", merchant_id AS "merchantId", member_id AS "memberId", currency,
              amount_minor AS "amountMinor", redeemed_at AS "redeemedAt" FROM voucher_redemptions WHERE id = $1`,
      [id],
    );
    return redemption;
  }

  /** Counts one use wherever it counts; a CHECK refuses one too many. */
  async redeem(tx: Tx, redemption: Redemption, maxUsesPerMember: number): Promise<void> {
    const { id, campaignId, codeId, merchantId, memberId, currency, amountMinor, redeemedAt } = redemption;
    await tx.execute(
      'UPDATE voucher_campaigns SET uses = uses + 1, spent_minor = spent_minor + amount_minor WHERE id = $1',
      [campaignId],
    );
    if (codeId !== null) await tx.execute('UPDATE voucher_codes SET uses = uses + 1 WHERE id = $1', [codeId]);
    await tx.execute(
      `INSERT INTO voucher_members AS member (campaign_id, member_id, uses, max_uses) VALUES ($1, $2, 1, $3)
       ON CONFLICT (campaign_id, member_id) DO UPDATE SET uses = member.uses + 1, max_uses = excluded.max_uses`,
      [campaignId, memberId, maxUsesPerMember],
    );
    await tx.execute(
      `INSERT INTO voucher_redemptions (id, campaign_id, code_id, merchant_id, member_id, currency, amount_minor, redeemed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, campaignId, codeId, merchantId, memberId, currency, amountMinor, redeemedAt],
    );
  }
}
