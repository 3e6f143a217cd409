import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What stays of a month that was taken out: its place in the chain, where every account stood at its end, and which journals
 * it had, so that keys, reversals, holds and links that speak of them are understood. A month is taken out after those before
 * it and brought back before them.
 */
export class LedgerArchives1764000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger_archives (
        month text PRIMARY KEY CONSTRAINT ledger_archives_month CHECK (month ~ '^\\d{4}-\\d{2}$'),
        ends_at timestamptz NOT NULL,
        journals bigint NOT NULL,
        postings bigint NOT NULL,
        hash bytea NOT NULL,
        archived_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE ledger_carried (
        account_id uuid NOT NULL REFERENCES ledger_accounts (id),
        month text NOT NULL REFERENCES ledger_archives (month),
        seq bigint NOT NULL,
        balance bigint NOT NULL,
        PRIMARY KEY (account_id, month)
      );
      CREATE TABLE ledger_archived_journals (
        id uuid PRIMARY KEY,
        month text NOT NULL REFERENCES ledger_archives (month),
        hold_id uuid,
        captured bigint
      );
      CREATE INDEX ledger_archived_journals_hold ON ledger_archived_journals (hold_id) WHERE hold_id IS NOT NULL;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_archived_journals, ledger_carried, ledger_archives');
  }
}
