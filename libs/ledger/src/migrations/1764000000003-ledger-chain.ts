import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The hash chain over journals, sealed after the fact by a job so that no writer waits for another.
 * A link covers every journal of the transactions in (after_order, up_to_order]; ids and digests are kept, so that a
 * difference names the journal.
 *
 * `ledger_tx_order()` is the number of the current transaction, moved by the shift of `ledger_chain_origin`: a dump restored
 * into a new cluster finds transaction numbers that start again. Never at or below what is sealed: nothing may slip into a
 * sealed range, also between such a restore and `rebaseChain`.
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
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

      CREATE TABLE ledger_chain_origin (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), shift bigint NOT NULL);
      INSERT INTO ledger_chain_origin (shift) VALUES (0);
      CREATE FUNCTION ledger_tx_order() RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT greatest(
          pg_current_xact_id()::text::bigint + (SELECT shift FROM ledger_chain_origin),
          (SELECT up_to_order + 1 FROM ledger_chain ORDER BY seq DESC LIMIT 1))
      $$;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ledger_tx_order; DROP TABLE ledger_chain_origin, ledger_chain');
  }
}
