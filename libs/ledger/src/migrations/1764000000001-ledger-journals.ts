import { ensureDefaultPartition, ensureMonthlyPartitions } from '@florin/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Journals and postings are append-only (triggers refuse changes) and partitioned by month of insertion, so that a closed
 * month can be detached and archived. Postings have no foreign keys: a per-row check would double the cost of a write, the
 * accounts are locked while it happens and cannot be deleted, and the prover looks for orphans.
 * `tx_order` numbers the transaction that wrote the journal; the hash chain seals whole transactions in that order.
 */
export class LedgerJournals1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger_journals (
        id uuid NOT NULL,
        inserted_at timestamptz NOT NULL,
        effective_at timestamptz NOT NULL,
        tx_order bigint NOT NULL,
        kind text NOT NULL,
        key text NOT NULL,
        reference text,
        reverses uuid,
        hold_id uuid,
        metadata jsonb,
        PRIMARY KEY (id, inserted_at)
      ) PARTITION BY RANGE (inserted_at);
      CREATE INDEX ledger_journals_order ON ledger_journals (tx_order);
      CREATE INDEX ledger_journals_reference ON ledger_journals (reference) WHERE reference IS NOT NULL;
      CREATE INDEX ledger_journals_hold ON ledger_journals (hold_id) WHERE hold_id IS NOT NULL;

      CREATE TABLE ledger_postings (
        account_id uuid NOT NULL,
        inserted_at timestamptz NOT NULL,
        seq bigint NOT NULL,
        journal_id uuid NOT NULL,
        amount bigint NOT NULL CONSTRAINT ledger_postings_not_zero CHECK (amount <> 0),
        balance_after bigint NOT NULL,
        effective_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, inserted_at, seq)
      ) PARTITION BY RANGE (inserted_at);
      CREATE INDEX ledger_postings_journal ON ledger_postings (journal_id);
      -- Only postings that count at another time than they were written: what a balance by effective date has to correct for.
      CREATE INDEX ledger_postings_shifted ON ledger_postings (account_id, effective_at)
        INCLUDE (inserted_at, amount) WHERE effective_at <> inserted_at;

      CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
      CREATE TRIGGER ledger_journals_append_only BEFORE UPDATE OR DELETE ON ledger_journals
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
      CREATE TRIGGER ledger_postings_append_only BEFORE UPDATE OR DELETE ON ledger_postings
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();`);
    for (const table of ['ledger_journals', 'ledger_postings']) {
      // The default partition catches what no month is ready for: a write never fails because a job did not run.
      await ensureDefaultPartition(runner, table);
      await ensureMonthlyPartitions(runner, table, { monthsAhead: 3 });
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE ledger_postings, ledger_journals;
      DROP FUNCTION ledger_refuse_change;`);
  }
}
