import type { MigrationInterface, QueryRunner } from 'typeorm';

const states = `'requested', 'authorised', 'partially_captured', 'captured', 'settled', 'declined', 'failed', 'capture_failed', 'voided', 'expired', 'pending', 'unknown'`;
const statesBefore = `'requested', 'authorised', 'declined', 'captured', 'capture_failed', 'voided', 'unknown'`;

/**
 * The whole life of a payment: taken in parts, settled by a statement, expired. Each capture is a row, so that a refund
 * names what it gives back, and no capture or refund can be asked for beyond what is left: CHECKs.
 */
export class PaymentLifecycle1764100000600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.widen(runner);
    await runner.query(`
      CREATE TABLE payment_captures (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES payment_transactions (id),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        final boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'captured', 'failed')),
        refunded_minor bigint NOT NULL DEFAULT 0,
        provider_reference text,
        failure_code text,
        requested_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz,
        CONSTRAINT refunds_never_above_their_capture CHECK (refunded_minor BETWEEN 0 AND CASE state WHEN 'captured' THEN amount_minor ELSE 0 END)
      )`);
    await runner.query('CREATE INDEX payment_captures_of_payment ON payment_captures (payment_id, id)');
    await runner.query(
      'CREATE INDEX payment_captures_of_reference ON payment_captures (provider_reference) WHERE provider_reference IS NOT NULL',
    );
    await runner.query(`
      INSERT INTO payment_captures (id, payment_id, amount_minor, final, state, refunded_minor, provider_reference, created_at, settled_at)
      SELECT gen_random_uuid(), id, captured_minor, true, 'captured', refunded_minor, provider_reference, created_at, updated_at
      FROM payment_transactions WHERE captured_minor > 0`);
    // A line of a statement settles once, whoever reads the statement how often.
    await runner.query(`
      CREATE TABLE payment_settlements (
        merchant_id uuid NOT NULL,
        reference text NOT NULL,
        payment_id uuid NOT NULL REFERENCES payment_transactions (id),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        fee_minor bigint,
        settled_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, reference)
      )`);
    await runner.query('CREATE INDEX payment_settlements_of_payment ON payment_settlements (payment_id)');
    await this.refunds(runner);
    // Who did it and why, and what it did to the sum: the step is the audit entry. A step of a refund names it.
    await runner.query(`
      ALTER TABLE payment_steps
        DROP CONSTRAINT payment_steps_learned_from_check,
        ADD CONSTRAINT payment_steps_learned_from_check CHECK (learned_from IN ('request', 'answer', 'query', 'webhook', 'silence', 'settlement', 'job')),
        ADD COLUMN refund_id uuid REFERENCES payment_refunds (id),
        ADD COLUMN actor text,
        ADD COLUMN reason text,
        ADD COLUMN amount_before_minor bigint,
        ADD COLUMN amount_after_minor bigint`);
    // What was refused is written down as well, without a word of what it said.
    await runner.query(`
      ALTER TABLE payment_webhooks
        ADD COLUMN refund_id uuid,
        ADD COLUMN deliveries integer NOT NULL DEFAULT 1,
        ADD COLUMN last_received_at timestamptz NOT NULL DEFAULT now()`);
    await runner.query(
      'CREATE INDEX payment_webhooks_of_payment ON payment_webhooks (payment_id) WHERE payment_id IS NOT NULL',
    );
    await runner.query(
      `CREATE INDEX payment_webhooks_refused ON payment_webhooks (last_received_at) WHERE outcome = 'refused'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX payment_webhooks_refused, payment_webhooks_of_payment');
    await runner.query(
      'ALTER TABLE payment_webhooks DROP COLUMN refund_id, DROP COLUMN deliveries, DROP COLUMN last_received_at',
    );
    await runner.query(`
      ALTER TABLE payment_steps
        DROP CONSTRAINT payment_steps_learned_from_check,
        ADD CONSTRAINT payment_steps_learned_from_check CHECK (learned_from IN ('request', 'answer', 'query', 'webhook', 'silence')) NOT VALID,
        DROP COLUMN refund_id, DROP COLUMN actor, DROP COLUMN reason, DROP COLUMN amount_before_minor, DROP COLUMN amount_after_minor`);
    await runner.query('DROP INDEX payment_refunds_of_merchant, payment_refunds_of_payment');
    await runner.query(`
      ALTER TABLE payment_refunds
        DROP CONSTRAINT payment_refunds_of_something,
        DROP CONSTRAINT payment_refunds_state_check,
        ADD CONSTRAINT payment_refunds_state_check CHECK (state IN ('requested', 'unknown', 'completed', 'failed')) NOT VALID,
        ALTER COLUMN checkout_id SET NOT NULL,
        ALTER COLUMN order_id SET NOT NULL,
        DROP COLUMN capture_id, DROP COLUMN attempt, DROP COLUMN requested_by, DROP COLUMN asked_at`);
    await runner.query('DROP TABLE payment_settlements');
    await runner.query('DROP TABLE payment_captures');
    await runner.query(
      'DROP INDEX payment_transactions_apart, payment_transactions_expiring, payment_transactions_of_merchant, payment_transactions_of_reference',
    );
    await runner.query(`
      ALTER TABLE payment_transactions
        DROP CONSTRAINT captures_never_above_the_authorisation,
        DROP CONSTRAINT settled_never_above_the_capture,
        DROP CONSTRAINT payment_transactions_purpose_check,
        ADD CONSTRAINT payment_transactions_purpose_check CHECK (purpose IN ('order', 'topup')) NOT VALID,
        DROP CONSTRAINT payment_transactions_state_check,
        ADD CONSTRAINT payment_transactions_state_check CHECK (state IN (${statesBefore})) NOT VALID,
        DROP CONSTRAINT payment_transactions_wants_check,
        ADD CONSTRAINT payment_transactions_wants_check CHECK (wants IN ('authorised', 'captured', 'voided')) NOT VALID,
        DROP COLUMN capturing_minor, DROP COLUMN provider_authorisation, DROP COLUMN settled_minor, DROP COLUMN fee_minor,
        DROP COLUMN settled_at, DROP COLUMN expires_at, DROP COLUMN description, DROP COLUMN created_by, DROP COLUMN asked_at`);
  }

  private async widen(runner: QueryRunner): Promise<void> {
    // capturing_minor is the sum of captures that were asked for and have not ended; asked_at is when somebody last wanted something.
    await runner.query(`
      ALTER TABLE payment_transactions
        ADD COLUMN capturing_minor bigint NOT NULL DEFAULT 0,
        ADD COLUMN provider_authorisation text,
        ADD COLUMN settled_minor bigint NOT NULL DEFAULT 0,
        ADD COLUMN fee_minor bigint,
        ADD COLUMN settled_at timestamptz,
        ADD COLUMN expires_at timestamptz,
        ADD COLUMN description text,
        ADD COLUMN created_by text,
        ADD COLUMN asked_at timestamptz NOT NULL DEFAULT now(),
        ADD CONSTRAINT captures_never_above_the_authorisation CHECK (capturing_minor >= 0 AND captured_minor + capturing_minor <= amount_minor),
        ADD CONSTRAINT settled_never_above_the_capture CHECK (settled_minor BETWEEN 0 AND captured_minor),
        DROP CONSTRAINT payment_transactions_purpose_check,
        ADD CONSTRAINT payment_transactions_purpose_check CHECK (purpose IN ('order', 'topup', 'direct')),
        DROP CONSTRAINT payment_transactions_state_check,
        ADD CONSTRAINT payment_transactions_state_check CHECK (state IN (${states})),
        DROP CONSTRAINT payment_transactions_wants_check,
        ADD CONSTRAINT payment_transactions_wants_check CHECK (wants IN ('authorised', 'captured', 'voided', 'expired'))`);
    await runner.query('UPDATE payment_transactions SET asked_at = created_at');
    // Ids are made in the order of time, so lists and reports of a merchant walk this one index.
    // Statements know a payment by the processor's id of it or of its capture.
    await runner.query(
      'CREATE INDEX payment_transactions_of_reference ON payment_transactions (provider_reference) WHERE provider_reference IS NOT NULL',
    );
    await runner.query('CREATE INDEX payment_transactions_of_merchant ON payment_transactions (merchant_id, id)');
    // The few that are neither on their way nor done, for whoever looks after them.
    await runner.query(
      `CREATE INDEX payment_transactions_apart ON payment_transactions (merchant_id, state, id) WHERE state NOT IN ('authorised', 'captured', 'settled')`,
    );
    await runner.query(
      `CREATE INDEX payment_transactions_expiring ON payment_transactions (expires_at) WHERE state IN ('authorised', 'partially_captured') AND expires_at IS NOT NULL`,
    );
  }

  private async refunds(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE payment_refunds
        ALTER COLUMN checkout_id DROP NOT NULL,
        ALTER COLUMN order_id DROP NOT NULL,
        ADD COLUMN capture_id uuid REFERENCES payment_captures (id),
        ADD COLUMN attempt integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
        ADD COLUMN requested_by text,
        ADD COLUMN asked_at timestamptz NOT NULL DEFAULT now(),
        ADD CONSTRAINT payment_refunds_of_something CHECK (checkout_id IS NOT NULL OR payment_id IS NOT NULL),
        DROP CONSTRAINT payment_refunds_state_check,
        ADD CONSTRAINT payment_refunds_state_check CHECK (state IN ('requested', 'pending', 'unknown', 'completed', 'failed'))`);
    await runner.query(`
      UPDATE payment_refunds AS refund SET capture_id = capture.id
      FROM payment_captures AS capture WHERE capture.payment_id = refund.payment_id AND refund.state <> 'failed'`);
    await runner.query(
      'CREATE INDEX payment_refunds_of_payment ON payment_refunds (payment_id, id) WHERE payment_id IS NOT NULL',
    );
    await runner.query('CREATE INDEX payment_refunds_of_merchant ON payment_refunds (merchant_id, state, id)');
  }
}
