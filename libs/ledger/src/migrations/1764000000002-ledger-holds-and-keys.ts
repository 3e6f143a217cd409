import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A hold takes part of what is available until it is captured (in parts), voided or timed out.
 * Keys are not partitioned: PostgreSQL wants the partition key in every unique constraint, and a key must be unique for ever.
 * A key row is written before anything is decided; `refusal` is empty when the answer was yes.
 */
export class LedgerHoldsAndKeys1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger_holds (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES ledger_accounts (id),
        key text NOT NULL,
        amount bigint NOT NULL CONSTRAINT ledger_holds_above_zero CHECK (amount > 0),
        captured bigint NOT NULL DEFAULT 0,
        status text NOT NULL DEFAULT 'open'
          CONSTRAINT ledger_holds_status CHECK (status IN ('open', 'captured', 'voided', 'expired')),
        reference text,
        expires_at timestamptz,
        created_at timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT ledger_holds_never_above CHECK (captured BETWEEN 0 AND amount),
        CONSTRAINT ledger_holds_spent_is_closed CHECK (status <> 'open' OR captured < amount),
        CONSTRAINT ledger_holds_closed_at CHECK ((status = 'open') = (closed_at IS NULL))
      );
      CREATE INDEX ledger_holds_due ON ledger_holds (expires_at) WHERE status = 'open';
      CREATE INDEX ledger_holds_account ON ledger_holds (account_id, created_at);

      CREATE TABLE ledger_keys (
        key text PRIMARY KEY,
        input_hash bytea NOT NULL,
        result_id uuid NOT NULL,
        refusal text,
        detail text,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      -- A journal is reversed at most once; the primary key says so.
      CREATE TABLE ledger_reversals (
        journal_id uuid PRIMARY KEY,
        reversed_by uuid NOT NULL UNIQUE
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_reversals, ledger_keys, ledger_holds');
  }
}
