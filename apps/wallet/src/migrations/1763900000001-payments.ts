import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A payment is one charge to one card. `state` is what we know; `action` is what is still to be asked of the processor,
 * outside of any transaction, under a lease. A checkout has at most one; wallet money is held in the ledger beside it.
 */
export class Payments1763900000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE payment_transactions (
        id uuid PRIMARY KEY,
        purpose text NOT NULL CHECK (purpose IN ('order', 'topup')),
        subject_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        order_id uuid,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        captured_minor bigint NOT NULL DEFAULT 0,
        refunded_minor bigint NOT NULL DEFAULT 0,
        processor text NOT NULL,
        card_token text NOT NULL,
        provider_reference text,
        state text NOT NULL CHECK (state IN ('requested', 'authorised', 'declined', 'captured', 'capture_failed', 'voided', 'unknown')),
        action text CHECK (action IN ('authorise', 'capture', 'void', 'query')),
        wants text NOT NULL CHECK (wants IN ('authorised', 'captured', 'voided')),
        decline_code text,
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL DEFAULT now(),
        lease_until timestamptz,
        cause jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (purpose, subject_id),
        CONSTRAINT payments_never_above_the_charge CHECK (captured_minor BETWEEN 0 AND amount_minor),
        CONSTRAINT refunds_never_above_the_capture CHECK (refunded_minor BETWEEN 0 AND captured_minor)
      )`);
    await runner.query(
      'CREATE INDEX payment_transactions_due ON payment_transactions (next_at) WHERE action IS NOT NULL',
    );
    await runner.query(
      'CREATE INDEX payment_transactions_of_order ON payment_transactions (order_id) WHERE order_id IS NOT NULL',
    );
    await runner.query('CREATE INDEX payment_transactions_of_member ON payment_transactions (member_id, id)');
    // What happened to each payment, step by step: the audit trail. Rows are only ever added.
    await runner.query(`
      CREATE TABLE payment_steps (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES payment_transactions (id),
        from_state text NOT NULL,
        to_state text NOT NULL,
        learned_from text NOT NULL CHECK (learned_from IN ('request', 'answer', 'query', 'webhook', 'silence')),
        detail text,
        happened_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX payment_steps_of_payment ON payment_steps (payment_id, id)');
    await runner.query(`
      CREATE TABLE payment_webhooks (
        processor text NOT NULL,
        event_id text NOT NULL,
        type text NOT NULL,
        payment_id uuid,
        outcome text NOT NULL,
        payload jsonb NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (processor, event_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['payment_webhooks', 'payment_steps', 'payment_transactions'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
