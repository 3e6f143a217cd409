import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Money that comes into a wallet: by card, or as cashback once its hold period is over. */
export class TopupsAndCashback1763900000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE wallet_topups (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL UNIQUE REFERENCES payment_transactions (id),
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        state text NOT NULL CHECK (state IN ('requested', 'completed', 'failed')),
        failure_code text,
        created_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz
      )`);
    await runner.query('CREATE INDEX wallet_topups_of_member ON wallet_topups (member_id, id)');
    await runner.query(`
      CREATE TABLE wallet_cashback (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        reversed_minor bigint NOT NULL DEFAULT 0,
        state text NOT NULL CHECK (state IN ('pending', 'payable', 'declined')),
        payable_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz,
        CHECK (reversed_minor BETWEEN 0 AND amount_minor)
      )`);
    await runner.query(`CREATE INDEX wallet_cashback_due ON wallet_cashback (payable_at) WHERE state = 'pending'`);
    await runner.query('CREATE INDEX wallet_cashback_of_member ON wallet_cashback (member_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE wallet_cashback');
    await runner.query('DROP TABLE wallet_topups');
  }
}
