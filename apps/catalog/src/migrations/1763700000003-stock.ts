import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Stock is counted in four numbers that must always add up; the CHECKs are what makes overselling impossible,
 * whatever the code before them believed.
 */
export class Stock1763700000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE inventory_items (
        variant_id uuid PRIMARY KEY REFERENCES product_variants (id),
        merchant_id uuid NOT NULL,
        received bigint NOT NULL DEFAULT 0 CHECK (received >= 0),
        available bigint NOT NULL DEFAULT 0 CHECK (available >= 0),
        reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
        sold bigint NOT NULL DEFAULT 0 CHECK (sold >= 0),
        CONSTRAINT inventory_items_add_up CHECK (received = available + reserved + sold)
      )`);
    // One row per checkout: whoever inserts it first decides, so a release that overtakes its reserve still wins.
    await runner.query(`
      CREATE TABLE inventory_checkouts (
        checkout_id uuid PRIMARY KEY,
        merchant_id uuid,
        state text NOT NULL CHECK (state IN ('reserved', 'refused', 'confirmed', 'released')),
        reason text,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz
      )`);
    await runner.query(
      `CREATE INDEX inventory_checkouts_due ON inventory_checkouts (expires_at) WHERE state = 'reserved'`,
    );
    await runner.query(`
      CREATE TABLE inventory_reservations (
        checkout_id uuid NOT NULL REFERENCES inventory_checkouts (checkout_id),
        line_id uuid NOT NULL,
        variant_id uuid NOT NULL REFERENCES inventory_items (variant_id),
        quantity bigint NOT NULL CHECK (quantity > 0),
        restocked bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (checkout_id, line_id),
        CONSTRAINT inventory_reservations_restock CHECK (restocked BETWEEN 0 AND quantity)
      )`);
    await runner.query('CREATE INDEX inventory_reservations_of_variant ON inventory_reservations (variant_id)');
    // Every change of the four numbers, as signed differences: their sums are the numbers, and florin prove adds them up.
    await runner.query(`
      CREATE TABLE inventory_movements (
        id uuid PRIMARY KEY,
        variant_id uuid NOT NULL REFERENCES inventory_items (variant_id),
        kind text NOT NULL CHECK (kind IN ('receipt', 'reserve', 'confirm', 'release', 'restock')),
        received bigint NOT NULL,
        available bigint NOT NULL,
        reserved bigint NOT NULL,
        sold bigint NOT NULL,
        reference text NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT inventory_movements_add_up CHECK (received = available + reserved + sold)
      )`);
    await runner.query('CREATE INDEX inventory_movements_of_variant ON inventory_movements (variant_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE inventory_movements');
    await runner.query('DROP TABLE inventory_reservations');
    await runner.query('DROP TABLE inventory_checkouts');
    await runner.query('DROP TABLE inventory_items');
  }
}
