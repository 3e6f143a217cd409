import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The payment side of the two-phase contract: one row per checkout, whoever inserts it first decides. */
export class Checkouts1763900000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE checkout_payments (
        checkout_id uuid PRIMARY KEY,
        order_id uuid,
        merchant_id uuid,
        member_id uuid,
        currency char(3),
        wallet_minor bigint NOT NULL DEFAULT 0 CHECK (wallet_minor >= 0),
        card_minor bigint NOT NULL DEFAULT 0 CHECK (card_minor >= 0),
        payment_id uuid REFERENCES payment_transactions (id),
        state text NOT NULL CHECK (state IN ('reserving', 'reserved', 'refused', 'confirming', 'captured', 'releasing', 'released')),
        reason_code text,
        reason text,
        expires_at timestamptz,
        cause jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz
      )`);
    await runner.query(
      `CREATE INDEX checkout_payments_due ON checkout_payments (expires_at) WHERE state IN ('reserving', 'reserved')`,
    );
    await runner.query('CREATE INDEX checkout_payments_of_order ON checkout_payments (order_id)');
    await runner.query(`
      CREATE TABLE payment_refunds (
        id uuid PRIMARY KEY,
        checkout_id uuid NOT NULL REFERENCES checkout_payments (checkout_id),
        order_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        payment_id uuid REFERENCES payment_transactions (id),
        currency char(3) NOT NULL,
        wallet_minor bigint NOT NULL CHECK (wallet_minor >= 0),
        card_minor bigint NOT NULL CHECK (card_minor >= 0),
        reason text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'unknown', 'completed', 'failed')),
        action text CHECK (action IN ('refund', 'query')),
        provider_reference text,
        failure_code text,
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL DEFAULT now(),
        lease_until timestamptz,
        cause jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz,
        CHECK (wallet_minor + card_minor > 0)
      )`);
    await runner.query('CREATE INDEX payment_refunds_due ON payment_refunds (next_at) WHERE action IS NOT NULL');
    await runner.query('CREATE INDEX payment_refunds_of_checkout ON payment_refunds (checkout_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE payment_refunds');
    await runner.query('DROP TABLE checkout_payments');
  }
}
