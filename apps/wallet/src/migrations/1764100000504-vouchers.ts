import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Codes that put a merchant's money into wallets. How often, for whom and for how much altogether are counters beside their
 * limits, and a CHECK keeps each: of two who want the last use one gets it.
 */
export class Vouchers1764100000504 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE voucher_campaigns (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        name text NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        max_uses bigint NOT NULL CHECK (max_uses > 0),
        max_uses_per_member integer NOT NULL CHECK (max_uses_per_member > 0),
        budget_minor bigint NOT NULL CHECK (budget_minor > 0),
        valid_from timestamptz NOT NULL,
        valid_until timestamptz,
        active boolean NOT NULL DEFAULT true,
        uses bigint NOT NULL DEFAULT 0,
        spent_minor bigint NOT NULL DEFAULT 0,
        version integer NOT NULL DEFAULT 1,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT vouchers_never_overused CHECK (uses BETWEEN 0 AND max_uses),
        CONSTRAINT vouchers_within_their_budget CHECK (spent_minor BETWEEN 0 AND budget_minor),
        CONSTRAINT vouchers_spend_by_use CHECK (spent_minor = uses * amount_minor),
        CONSTRAINT vouchers_valid_for_a_while CHECK (valid_until IS NULL OR valid_until > valid_from)
      )`);
    await runner.query('CREATE INDEX voucher_campaigns_of_merchant ON voucher_campaigns (merchant_id, id)');
    // A code that everybody knows may be read again; one of many is kept as a hash.
    await runner.query(`
      CREATE TABLE voucher_codes (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES voucher_campaigns (id),
        merchant_id uuid NOT NULL,
        code_hash text NOT NULL,
        known_code text,
        max_uses bigint CHECK (max_uses > 0),
        uses bigint NOT NULL DEFAULT 0 CHECK (uses >= 0),
        CONSTRAINT voucher_codes_code UNIQUE (merchant_id, code_hash),
        CONSTRAINT voucher_codes_never_overused CHECK (uses <= max_uses)
      )`);
    await runner.query('CREATE INDEX voucher_codes_of_campaign ON voucher_codes (campaign_id)');
    await runner.query(`
      CREATE TABLE voucher_members (
        campaign_id uuid NOT NULL REFERENCES voucher_campaigns (id),
        member_id uuid NOT NULL,
        uses integer NOT NULL,
        max_uses integer NOT NULL,
        PRIMARY KEY (campaign_id, member_id),
        CONSTRAINT voucher_members_never_overuse CHECK (uses BETWEEN 0 AND max_uses)
      )`);
    await runner.query(`
      CREATE TABLE voucher_redemptions (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES voucher_campaigns (id),
        code_id uuid REFERENCES voucher_codes (id),
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        redeemed_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX voucher_redemptions_of_campaign ON voucher_redemptions (campaign_id, id)');
    // What staff changed on a campaign, version by version.
    await runner.query(`
      CREATE TABLE voucher_campaign_versions (
        campaign_id uuid NOT NULL REFERENCES voucher_campaigns (id),
        version integer NOT NULL,
        terms jsonb NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (campaign_id, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'voucher_campaign_versions',
      'voucher_redemptions',
      'voucher_members',
      'voucher_codes',
      'voucher_campaigns',
    ])
      await runner.query(`DROP TABLE ${table}`);
  }
}
