import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The limits of a coupon are CHECKs on counters that are raised in the transaction that reserves a use, so no race can
 * pass them: `taken` counts uses reserved or confirmed by everybody, coupon_members the same for one buyer.
 * A use is keyed by the checkout: reserving, confirming or releasing it twice is once.
 */
export class Coupons1764100000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE coupon_codes (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        code text NOT NULL CHECK (code = upper(code)),
        kind text NOT NULL,
        percent_bps integer,
        amount_minor bigint,
        currency text,
        min_spend_minor bigint NOT NULL DEFAULT 0 CHECK (min_spend_minor >= 0),
        valid_from timestamptz NOT NULL,
        valid_until timestamptz,
        max_uses integer CHECK (max_uses > 0),
        max_uses_per_member integer CHECK (max_uses_per_member > 0),
        taken integer NOT NULL DEFAULT 0,
        active boolean NOT NULL DEFAULT true,
        version integer NOT NULL DEFAULT 1,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT coupon_codes_unique UNIQUE (merchant_id, code),
        CONSTRAINT coupon_codes_never_overrun CHECK (taken >= 0 AND (max_uses IS NULL OR taken <= max_uses)),
        CONSTRAINT coupon_codes_valid_for_a_while CHECK (valid_until IS NULL OR valid_until > valid_from),
        CONSTRAINT coupon_codes_kind CHECK (
          (kind = 'percent' AND percent_bps BETWEEN 1 AND 10000 AND amount_minor IS NULL)
          OR (kind = 'fixed' AND amount_minor > 0 AND currency IS NOT NULL AND percent_bps IS NULL))
      ) WITH (fillfactor = 70);
      CREATE INDEX coupon_codes_newest ON coupon_codes (merchant_id, created_at DESC, id DESC);

      CREATE TABLE coupon_members (
        coupon_id uuid NOT NULL REFERENCES coupon_codes (id),
        member_id uuid NOT NULL,
        taken integer NOT NULL,
        max_uses integer,
        PRIMARY KEY (coupon_id, member_id),
        CONSTRAINT coupon_members_never_overrun CHECK (taken >= 0 AND (max_uses IS NULL OR taken <= max_uses))
      ) WITH (fillfactor = 80);

      CREATE TABLE coupon_uses (
        checkout_id uuid PRIMARY KEY,
        coupon_id uuid NOT NULL REFERENCES coupon_codes (id),
        member_id uuid NOT NULL,
        order_id uuid NOT NULL,
        discount_minor bigint NOT NULL CHECK (discount_minor >= 0),
        state text NOT NULL CONSTRAINT coupon_uses_state CHECK (state IN ('reserved', 'confirmed', 'released')),
        reserved_at timestamptz NOT NULL,
        settled_at timestamptz
      ) WITH (fillfactor = 80);
      CREATE INDEX coupon_uses_by_coupon ON coupon_uses (coupon_id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE coupon_uses, coupon_members, coupon_codes');
  }
}
