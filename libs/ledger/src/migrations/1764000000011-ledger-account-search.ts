import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Accounts are listed by code, in bytes: an order that is the same on every server, and one in which a prefix is a range.
 * Archived means closed; `closed_at` says since when. Holds that timed out are listed by when, whether the sweep has been or not.
 */
export class LedgerAccountSearch1764000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ledger_accounts ADD COLUMN closed_at timestamptz;
      UPDATE ledger_accounts SET closed_at = now() WHERE status = 'closed';
      ALTER TABLE ledger_accounts ADD CONSTRAINT ledger_accounts_closed_at CHECK ((status = 'closed') = (closed_at IS NOT NULL));
      CREATE INDEX ledger_accounts_listed ON ledger_accounts (code COLLATE "C");
      CREATE INDEX ledger_accounts_labelled ON ledger_accounts USING gin (labels jsonb_path_ops) WHERE labels <> '{}';

      DROP INDEX ledger_holds_due;
      CREATE INDEX ledger_holds_due ON ledger_holds (expires_at, id) WHERE status IN ('open', 'expired');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX ledger_holds_due;
      CREATE INDEX ledger_holds_due ON ledger_holds (expires_at) WHERE status = 'open';
      DROP INDEX ledger_accounts_labelled, ledger_accounts_listed;
      ALTER TABLE ledger_accounts DROP COLUMN closed_at;`);
  }
}
