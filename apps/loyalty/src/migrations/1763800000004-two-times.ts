import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Everything that changes a member carries two times: when it counts, and when it was written down. What was written before
 * this migration is taken as known when it counted. Lots get a row for every change, append-only; of earlier clawbacks the
 * lots' own order tells which receipt took the points, and the member's last clawback stands for those that an order's
 * clawback took from lots of other orders.
 */
export class TwoTimes1763800000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE loyalty_receipts ADD COLUMN qualifying_points bigint NOT NULL DEFAULT 0, ADD COLUMN recorded_at timestamptz;
      UPDATE loyalty_receipts SET recorded_at = issued_at, qualifying_points = CASE kind
        WHEN 'earn' THEN points
        WHEN 'clawback' THEN -coalesce((SELECT (step->>'value')::bigint FROM jsonb_array_elements(steps) AS step WHERE step->>'step' = 'owed'), 0)
        ELSE 0 END;
      ALTER TABLE loyalty_receipts ALTER COLUMN recorded_at SET NOT NULL, ALTER COLUMN recorded_at SET DEFAULT now(),
        ALTER COLUMN qualifying_points DROP DEFAULT`);
    await runner.query(`
      ALTER TABLE loyalty_tier_snapshots ADD COLUMN recorded_at timestamptz;
      UPDATE loyalty_tier_snapshots SET recorded_at = changed_at;
      ALTER TABLE loyalty_tier_snapshots ALTER COLUMN recorded_at SET NOT NULL, ALTER COLUMN recorded_at SET DEFAULT now()`);
    await runner.query(`
      ALTER TABLE customer_loyalty ADD COLUMN first_tier text, ADD COLUMN recorded_at timestamptz;
      UPDATE customer_loyalty AS member SET recorded_at = enrolled_at, first_tier = coalesce(
        (SELECT from_tier FROM loyalty_tier_snapshots AS change
         WHERE change.member_id = member.member_id AND change.program_id = member.program_id ORDER BY id LIMIT 1), tier);
      ALTER TABLE customer_loyalty ALTER COLUMN first_tier SET NOT NULL, ALTER COLUMN recorded_at SET NOT NULL,
        ALTER COLUMN recorded_at SET DEFAULT now()`);
    await runner.query(`
      CREATE TABLE loyalty_lot_movements (
        lot_id uuid NOT NULL REFERENCES loyalty_lots (id),
        receipt_id uuid NOT NULL REFERENCES loyalty_receipts (id),
        points bigint NOT NULL CHECK (points <> 0),
        effective_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (lot_id, receipt_id)
      );
      INSERT INTO loyalty_lot_movements (lot_id, receipt_id, points, effective_at, recorded_at)
        SELECT id, receipt_id, earned, earned_at, earned_at FROM loyalty_lots;
      INSERT INTO loyalty_lot_movements (lot_id, receipt_id, points, effective_at, recorded_at)
        SELECT lot.id, taker.id, lot.remaining - lot.earned, taker.issued_at, taker.issued_at
        FROM loyalty_lots AS lot
        CROSS JOIN LATERAL (
          SELECT id, issued_at FROM loyalty_receipts AS receipt
          WHERE receipt.kind = 'clawback' AND receipt.member_id = lot.member_id AND receipt.program_id = lot.program_id
          ORDER BY receipt.order_id = lot.order_id DESC, receipt.id DESC LIMIT 1
        ) AS taker
        WHERE lot.remaining < lot.earned;
      CREATE INDEX loyalty_lot_movements_of_receipt ON loyalty_lot_movements (receipt_id);
      CREATE INDEX loyalty_lots_of_member ON loyalty_lots (member_id, program_id);
      CREATE FUNCTION loyalty_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
      CREATE TRIGGER loyalty_lot_movements_append_only BEFORE UPDATE OR DELETE ON loyalty_lot_movements
        FOR EACH ROW EXECUTE FUNCTION loyalty_refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE loyalty_lot_movements;
      DROP FUNCTION loyalty_refuse_change;
      DROP INDEX loyalty_lots_of_member;
      ALTER TABLE customer_loyalty DROP COLUMN first_tier, DROP COLUMN recorded_at;
      ALTER TABLE loyalty_tier_snapshots DROP COLUMN recorded_at;
      ALTER TABLE loyalty_receipts DROP COLUMN qualifying_points, DROP COLUMN recorded_at`);
  }
}
