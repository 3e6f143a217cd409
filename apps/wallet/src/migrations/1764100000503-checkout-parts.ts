import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where the wallet part of a checkout comes from, when that is more than plain wallet money: gift cards, store credit, money of
 * another currency. Each part is a hold of its own. A refund goes back part by part, and never above it: a CHECK. What could
 * not go back where it came from, or was not to, went elsewhere: into store credit.
 */
export class CheckoutParts1764100000503 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE checkout_payments ADD COLUMN parts smallint NOT NULL DEFAULT 0');
    await runner.query(`
      CREATE TABLE checkout_parts (
        checkout_id uuid NOT NULL REFERENCES checkout_payments (checkout_id),
        position smallint NOT NULL,
        source text NOT NULL CHECK (source IN ('wallet', 'gift_card', 'store_credit', 'exchange')),
        source_id uuid,
        hold_key text NOT NULL UNIQUE,
        held_currency char(3) NOT NULL,
        held_minor bigint NOT NULL CHECK (held_minor > 0),
        pays_minor bigint NOT NULL CHECK (pays_minor > 0),
        refunded_minor bigint NOT NULL DEFAULT 0,
        elsewhere_minor bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (checkout_id, position),
        CONSTRAINT refunds_never_above_the_part CHECK (refunded_minor BETWEEN 0 AND pays_minor),
        CONSTRAINT elsewhere_is_part_of_the_refund CHECK (elsewhere_minor BETWEEN 0 AND refunded_minor),
        CONSTRAINT parts_pay_what_they_hold CHECK (source = 'exchange' OR held_minor = pays_minor)
      )`);
    // `exchanged_minor`: what went back in another currency, at the rate it was paid with.
    await runner.query(
      'ALTER TABLE payment_refunds ADD COLUMN to_store_credit boolean NOT NULL DEFAULT false, ADD COLUMN exchanged_minor bigint NOT NULL DEFAULT 0',
    );
    await runner.query(
      'CREATE INDEX checkout_parts_of_source ON checkout_parts (source_id) WHERE source_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE payment_refunds DROP COLUMN to_store_credit, DROP COLUMN exchanged_minor');
    await runner.query('DROP TABLE checkout_parts');
    await runner.query('ALTER TABLE checkout_payments DROP COLUMN parts');
  }
}
