import { ensureDefaultPartition, ensureMonthlyPartitions } from '@florin/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * fraud_requests: every charge that was asked for, as the rules look back at it, and where it stands. Its primary key is what
 * makes a payment have one decision; the log is partitioned by month and so cannot say that itself.
 * fraud_detection_logs: why. Append-only. Neither holds an address: a keyed hash and the network are enough for the rules.
 * A payment learns one more action, to refuse: it ends as declined and nobody is asked.
 */
export class FraudDecisions1764100000101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE fraud_requests (
        payment_id uuid PRIMARY KEY,
        decision_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        address_key text,
        device_key text,
        country char(2),
        card_key text,
        declined boolean NOT NULL DEFAULT false,
        standing text NOT NULL CHECK (standing IN ('allowed', 'reviewing', 'denied')),
        requested_at timestamptz NOT NULL
      )`);
    await runner.query(
      'CREATE INDEX fraud_requests_of_member ON fraud_requests (merchant_id, member_id, requested_at)',
    );
    await runner.query(
      'CREATE INDEX fraud_requests_of_merchant ON fraud_requests (merchant_id, currency, requested_at)',
    );
    for (const column of ['card_key', 'address_key'])
      await runner.query(
        `CREATE INDEX fraud_requests_of_${column} ON fraud_requests (merchant_id, ${column}, requested_at) WHERE ${column} IS NOT NULL`,
      );
    await runner.query(`
      CREATE TABLE fraud_detection_logs (
        id uuid NOT NULL,
        decided_at timestamptz NOT NULL,
        payment_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        purpose text NOT NULL,
        order_id uuid,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL,
        features jsonb NOT NULL,
        rules_version integer NOT NULL,
        settings_version integer NOT NULL,
        model_version integer,
        results jsonb NOT NULL,
        reasons text[] NOT NULL,
        score integer NOT NULL CHECK (score BETWEEN 0 AND 100),
        review_from integer NOT NULL,
        deny_from integer NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('allow', 'review', 'deny')),
        latency_us integer NOT NULL,
        PRIMARY KEY (id, decided_at)
      ) PARTITION BY RANGE (decided_at)`);
    await runner.query('CREATE INDEX fraud_detection_logs_of_merchant ON fraud_detection_logs (merchant_id, id)');
    await runner.query('CREATE INDEX fraud_detection_logs_of_payment ON fraud_detection_logs (payment_id)');
    await runner.query(
      `CREATE INDEX fraud_detection_logs_stopped ON fraud_detection_logs (merchant_id, id) WHERE outcome <> 'allow'`,
    );
    await runner.query(`
      CREATE FUNCTION fraud_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$`);
    await runner.query(`
      CREATE TRIGGER fraud_detection_logs_append_only BEFORE UPDATE OR DELETE ON fraud_detection_logs
        FOR EACH ROW EXECUTE FUNCTION fraud_refuse_change()`);
    // Payments from before were decided about by nobody: the prover must know which.
    await runner.query('CREATE TABLE fraud_beginnings (began_at timestamptz PRIMARY KEY DEFAULT now())');
    await runner.query('INSERT INTO fraud_beginnings DEFAULT VALUES');
    // What came of taking decisions again, so that the prover, which has no rules of its own, can read it.
    await runner.query(`
      CREATE TABLE fraud_replays (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        last_decision_id uuid NOT NULL,
        examined integer NOT NULL,
        differing integer NOT NULL,
        examples uuid[] NOT NULL,
        replayed_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX fraud_replays_of_merchant ON fraud_replays (merchant_id, last_decision_id)');
    await ensureDefaultPartition(runner, 'fraud_detection_logs');
    await ensureMonthlyPartitions(runner, 'fraud_detection_logs', { monthsAhead: 3 });
    await this.actions(runner, `'authorise', 'capture', 'void', 'query', 'refuse'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.actions(runner, `'authorise', 'capture', 'void', 'query'`);
    await runner.query('DROP TABLE fraud_replays, fraud_beginnings, fraud_detection_logs, fraud_requests');
    await runner.query('DROP FUNCTION fraud_refuse_change');
  }

  private async actions(runner: QueryRunner, names: string): Promise<void> {
    await runner.query('ALTER TABLE payment_transactions DROP CONSTRAINT payment_transactions_action_check');
    await runner.query(
      `ALTER TABLE payment_transactions ADD CONSTRAINT payment_transactions_action_check CHECK (action IN (${names}))`,
    );
  }
}
