import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The books as staff keep them. An entry is who wrote a journal by hand and why; above the merchant's threshold somebody else
 * must say yes, which a CHECK holds. The index finds the accounts of a merchant in the order of their codes.
 */
export class Books1764100000702 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ledger_accounts_of_merchant ON ledger_accounts
        ((substring(code FROM 'merchant:([0-9a-f-]{36})')), code COLLATE "C");

      CREATE TABLE ledger_settings (
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        four_eyes_above_minor bigint CHECK (four_eyes_above_minor >= 0),
        reason text NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, currency, version)
      );

      CREATE TABLE ledger_proposals (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        what text NOT NULL CHECK (what IN ('writing', 'schedule')),
        plan jsonb NOT NULL,
        reason text NOT NULL,
        state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected')),
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL DEFAULT now(),
        decided_by text,
        decided_at timestamptz,
        decision_reason text,
        CONSTRAINT ledger_proposals_decided CHECK ((state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
        CONSTRAINT ledger_proposals_four_eyes CHECK (state <> 'approved' OR decided_by <> proposed_by)
      );
      CREATE INDEX ledger_proposals_of_merchant ON ledger_proposals (merchant_id, id);

      CREATE TABLE ledger_schedules (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        plan jsonb NOT NULL,
        reason text NOT NULL,
        every text NOT NULL CHECK (every IN ('once', 'day', 'week', 'month')),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz,
        state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'ended')),
        occurrence integer NOT NULL DEFAULT 0,
        next_at timestamptz,
        created_by text NOT NULL,
        approved_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ledger_schedules_next CHECK ((state = 'ended') = (next_at IS NULL)),
        CONSTRAINT ledger_schedules_four_eyes CHECK (approved_by <> created_by)
      );
      CREATE INDEX ledger_schedules_of_merchant ON ledger_schedules (merchant_id, id);
      CREATE INDEX ledger_schedules_due ON ledger_schedules (next_at) WHERE state = 'active';

      CREATE TABLE ledger_schedule_runs (
        schedule_id uuid NOT NULL REFERENCES ledger_schedules (id),
        occurrence integer NOT NULL,
        due_at timestamptz NOT NULL,
        ran_at timestamptz NOT NULL DEFAULT now(),
        journal_id uuid,
        refusal text,
        detail text,
        PRIMARY KEY (schedule_id, occurrence),
        CONSTRAINT ledger_schedule_runs_outcome CHECK ((journal_id IS NULL) = (refusal IS NOT NULL))
      );

      CREATE TABLE ledger_entries (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        journal_id uuid NOT NULL UNIQUE,
        key text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('manual', 'reversal', 'scheduled')),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        reason text NOT NULL,
        created_by text NOT NULL,
        approved_by text,
        proposal_id uuid REFERENCES ledger_proposals (id),
        schedule_id uuid,
        occurrence integer,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ledger_entries_four_eyes CHECK (approved_by <> created_by),
        CONSTRAINT ledger_entries_occurrence UNIQUE (schedule_id, occurrence)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE ledger_entries, ledger_schedule_runs, ledger_schedules, ledger_proposals, ledger_settings;
      DROP INDEX ledger_accounts_of_merchant`);
  }
}
