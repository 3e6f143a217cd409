import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What members may move, and whose wallet is frozen. Limits are rows that are only added: the highest version holds. A
 * counter is locked while it is looked at, and its CHECK holds whatever the code believes.
 */
export class LimitsAndFreezes1764100000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The nil id stands for everybody at the merchant: a null could not be part of the key.
    await runner.query(`
      CREATE TABLE wallet_limits (
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        member_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        version integer NOT NULL CHECK (version > 0),
        rules jsonb NOT NULL,
        reason text NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, currency, member_id, version)
      )`);
    await runner.query(`
      CREATE TABLE wallet_limit_counters (
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        operation text NOT NULL,
        period text NOT NULL,
        used_minor bigint NOT NULL DEFAULT 0 CHECK (used_minor >= 0),
        limit_minor bigint,
        PRIMARY KEY (merchant_id, member_id, currency, operation, period),
        CONSTRAINT limits_never_passed CHECK (used_minor <= limit_minor)
      )`);
    // One row per movement that was counted: what a counter is the sum of, and what can be given back when it did not happen.
    await runner.query(`
      CREATE TABLE wallet_limit_uses (
        key text PRIMARY KEY,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        operation text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        day text NOT NULL,
        month text NOT NULL,
        on_its_way boolean NOT NULL,
        taken_at timestamptz NOT NULL DEFAULT now(),
        returned_at timestamptz
      )`);
    await runner.query(
      'CREATE INDEX wallet_limit_uses_of_member ON wallet_limit_uses (merchant_id, member_id, currency, taken_at)',
    );
    await runner.query(`
      CREATE TABLE wallet_freezes (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        scope text NOT NULL CHECK (scope IN ('debits', 'all')),
        reason text NOT NULL,
        frozen_by text NOT NULL,
        frozen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        lifted_by text,
        lift_reason text,
        lifted_at timestamptz,
        CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX wallet_freezes_one_at_a_time ON wallet_freezes (merchant_id, member_id) WHERE lifted_at IS NULL',
    );
    await runner.query('CREATE INDEX wallet_freezes_of_member ON wallet_freezes (merchant_id, member_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['wallet_freezes', 'wallet_limit_uses', 'wallet_limit_counters', 'wallet_limits'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
