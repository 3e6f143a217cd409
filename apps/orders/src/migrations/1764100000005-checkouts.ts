import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One row per run of the saga. A cart has at most one checkout that is not cancelled: whichever of two tabs comes second
 * is refused by the index, whatever the code before it believed. `awaited_by` names the process in which a buyer is
 * waiting for the end, so that only those ends are announced with NOTIFY.
 */
export class Checkouts1764100000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE checkouts (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        cart_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        coupon_id uuid,
        state text NOT NULL CONSTRAINT checkouts_state CHECK (state IN ('reserving', 'confirming', 'completed', 'cancelled')),
        stock text NOT NULL,
        payment text NOT NULL,
        reason_code text,
        reason text,
        awaited_by uuid,
        deadline_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT checkouts_parts CHECK (
          stock IN ('asked', 'held', 'confirming', 'confirmed', 'releasing', 'released', 'given_back')
          AND payment IN ('asked', 'held', 'confirming', 'confirmed', 'releasing', 'released', 'given_back', 'not_needed')),
        CONSTRAINT checkouts_completed_means_sold CHECK (
          state <> 'completed' OR (stock = 'confirmed' AND payment IN ('confirmed', 'not_needed'))),
        CONSTRAINT checkouts_cancelled_means_let_go CHECK (
          state <> 'cancelled' OR (stock IN ('releasing', 'released', 'given_back')
            AND payment IN ('releasing', 'released', 'given_back', 'not_needed')))
      ) WITH (fillfactor = 70);
      CREATE UNIQUE INDEX checkouts_one_live_per_cart ON checkouts (cart_id) WHERE state <> 'cancelled';
      CREATE INDEX checkouts_by_deadline ON checkouts (deadline_at) WHERE state = 'reserving';`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE checkouts');
  }
}
