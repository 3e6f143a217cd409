import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Monitors say when a balance passes a threshold. `beyond` is how it stands now and changes only under the lock of the account,
 * so that a crossing is told once. `monitored` stands on the account, which every write reads anyway: a write that touches
 * no monitored account costs nothing more.
 */
export class LedgerMonitors1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ledger_accounts ADD COLUMN monitored boolean NOT NULL DEFAULT false;

      CREATE TABLE ledger_monitors (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES ledger_accounts (id),
        measure text NOT NULL CONSTRAINT ledger_monitors_measure CHECK (measure IN ('posted', 'held', 'available')),
        direction text NOT NULL CONSTRAINT ledger_monitors_direction CHECK (direction IN ('above', 'below')),
        threshold bigint NOT NULL,
        beyond boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        removed_at timestamptz
      );
      CREATE UNIQUE INDEX ledger_monitors_once ON ledger_monitors (account_id, measure, direction, threshold) WHERE removed_at IS NULL;

      CREATE TABLE ledger_crossings (
        id uuid PRIMARY KEY,
        monitor_id uuid NOT NULL REFERENCES ledger_monitors (id),
        value bigint NOT NULL,
        result_id uuid NOT NULL,
        crossed_at timestamptz NOT NULL
      );
      CREATE INDEX ledger_crossings_monitor ON ledger_crossings (monitor_id, id);
      CREATE TRIGGER ledger_crossings_append_only BEFORE UPDATE OR DELETE ON ledger_crossings
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE ledger_crossings, ledger_monitors;
      ALTER TABLE ledger_accounts DROP COLUMN monitored;`);
  }
}
