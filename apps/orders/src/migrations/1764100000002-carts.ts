import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A cart belongs to a member or to whoever holds the guest key (only its hash is kept). Lines hold no price: a cart is
 * always read at today's prices, and the price is frozen when the order is placed.
 */
export class Carts1764100000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE carts (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        member_id uuid,
        guest_key_hash text,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        status text NOT NULL DEFAULT 'open' CONSTRAINT carts_status CHECK (status IN ('open', 'ordered')),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT carts_have_an_owner CHECK (member_id IS NOT NULL OR guest_key_hash IS NOT NULL)
      ) WITH (fillfactor = 80);
      CREATE TABLE cart_lines (
        cart_id uuid NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
        variant_id uuid NOT NULL,
        quantity integer NOT NULL CONSTRAINT cart_lines_quantity CHECK (quantity BETWEEN 1 AND 999),
        added_at timestamptz NOT NULL,
        PRIMARY KEY (cart_id, variant_id)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cart_lines, carts');
  }
}
