import { ensureDefaultPartition, ensureMonthlyPartitions } from '@florin/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Orders, their items and their history are partitioned by the month of insertion, so that old months can be archived as
 * a whole. `created_at` is the time inside the order's id (UUID version 7), so an id alone finds its partition; the time
 * that counts for the buyer is `placed_at`. No foreign keys between them: they are written together and never deleted.
 *
 * The frozen price cannot be changed by anybody: triggers fire only for statements that name one of its columns.
 * What may be given back is bounded by CHECKs on what was captured, per tender.
 */
export class Orders1764100000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SEQUENCE order_numbers START 100001;
      CREATE TABLE orders (
        id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        number text NOT NULL,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        email text,
        origin text NOT NULL CONSTRAINT orders_origin CHECK (origin IN ('checkout', 'import')),
        external_number text,
        checkout_id uuid NOT NULL,
        status text NOT NULL CONSTRAINT orders_status
          CHECK (status IN ('pending', 'completed', 'partially_refunded', 'refunded', 'cancelled')),
        reason_code text,
        reason text,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        list_minor bigint NOT NULL CHECK (list_minor >= 0),
        discount_minor bigint NOT NULL CHECK (discount_minor BETWEEN 0 AND list_minor),
        coupon_minor bigint NOT NULL CHECK (coupon_minor BETWEEN 0 AND discount_minor),
        tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        coupon_code text,
        wallet_minor bigint NOT NULL,
        card_minor bigint NOT NULL,
        captured_wallet_minor bigint NOT NULL DEFAULT 0,
        captured_card_minor bigint NOT NULL DEFAULT 0,
        returning_wallet_minor bigint NOT NULL DEFAULT 0,
        returning_card_minor bigint NOT NULL DEFAULT 0,
        refunded_minor bigint NOT NULL DEFAULT 0,
        placed_at timestamptz NOT NULL,
        settled_at timestamptz,
        PRIMARY KEY (id, created_at),
        CONSTRAINT orders_tenders CHECK (wallet_minor >= 0 AND card_minor >= 0 AND (origin = 'import' OR wallet_minor + card_minor = total_minor)),
        CONSTRAINT orders_captured CHECK (captured_wallet_minor BETWEEN 0 AND wallet_minor AND captured_card_minor BETWEEN 0 AND card_minor),
        CONSTRAINT orders_never_refund_more_than_captured CHECK (
          returning_wallet_minor BETWEEN 0 AND captured_wallet_minor AND returning_card_minor BETWEEN 0 AND captured_card_minor
          AND refunded_minor BETWEEN 0 AND returning_wallet_minor + returning_card_minor)
      ) PARTITION BY RANGE (created_at);
      CREATE INDEX orders_of_member ON orders (member_id, placed_at DESC, id DESC);
      CREATE INDEX orders_of_merchant ON orders (merchant_id, placed_at DESC, id DESC);

      CREATE TABLE order_items (
        order_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        line_id uuid NOT NULL,
        line_no smallint NOT NULL,
        variant_id uuid NOT NULL,
        product_id uuid NOT NULL,
        category_id uuid,
        sku text NOT NULL,
        title text NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        unit_price_minor bigint NOT NULL CHECK (unit_price_minor >= 0),
        list_minor bigint NOT NULL CHECK (list_minor = unit_price_minor * quantity),
        discount_minor bigint NOT NULL CHECK (discount_minor BETWEEN 0 AND list_minor),
        coupon_minor bigint NOT NULL CHECK (coupon_minor BETWEEN 0 AND discount_minor),
        tax_rate_bps integer NOT NULL CHECK (tax_rate_bps >= 0),
        tax_included boolean NOT NULL,
        tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
        total_minor bigint NOT NULL,
        PRIMARY KEY (order_id, line_id, created_at),
        CONSTRAINT order_items_waterfall
          CHECK (total_minor = list_minor - discount_minor + CASE WHEN tax_included THEN 0 ELSE tax_minor END)
      ) PARTITION BY RANGE (created_at);

      CREATE TABLE order_status_history (
        id uuid NOT NULL,
        order_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        status text NOT NULL,
        reason_code text,
        actor text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (order_id, id, created_at)
      ) PARTITION BY RANGE (created_at);

      CREATE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is a frozen record', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
      CREATE TRIGGER orders_price_is_frozen BEFORE DELETE OR UPDATE OF id, created_at, number, merchant_id, member_id, currency,
          list_minor, discount_minor, coupon_minor, tax_minor, total_minor, coupon_code, wallet_minor, card_minor, placed_at ON orders
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
      CREATE TRIGGER order_items_are_frozen BEFORE UPDATE OR DELETE ON order_items
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
      CREATE TRIGGER order_status_history_is_append_only BEFORE UPDATE OR DELETE ON order_status_history
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();`);
    for (const table of ['orders', 'order_items', 'order_status_history']) {
      await ensureDefaultPartition(runner, table);
      await ensureMonthlyPartitions(runner, table, { monthsAhead: 3 });
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE order_status_history, order_items, orders; DROP FUNCTION refuse_change_of_record; DROP SEQUENCE order_numbers',
    );
  }
}
