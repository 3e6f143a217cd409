import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The hash chain over journals, sealed after the fact by a job so that no writer waits for another.
 * A link covers every journal of the transactions in (after_order, up_to_order]; ids and digests are kept, so that a
 * difference names the journal.
 */
export class LedgerChain1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger_chain (
        seq bigint PRIMARY KEY,
        after_order bigint NOT NULL,
        up_to_order bigint NOT NULL,
        journal_ids uuid[] NOT NULL,
        digests bytea NOT NULL,
        first_inserted_at timestamptz NOT NULL,
        last_inserted_at timestamptz NOT NULL,
        prev_hash bytea NOT NULL,
        hash bytea NOT NULL,
        sealed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ledger_chain_forward CHECK (up_to_order > after_order)
      );
      CREATE TRIGGER ledger_chain_append_only BEFORE UPDATE OR DELETE ON ledger_chain
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_chain');
  }
}
