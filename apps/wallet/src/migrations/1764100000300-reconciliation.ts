import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Statements of banks and processors beside our books. A line is known by what it says (reference, day, amount, and which of several
 * alike it is), so that overlapping files bring it once; it is in one match at a time, and so is what explains it: unique indexes say so.
 */
export class Reconciliation1764100000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.accounts(runner);
    await this.statements(runner);
    await this.matches(runner);
    await this.exceptions(runner);
  }

  private async accounts(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reconciliation_accounts (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('bank', 'processor')),
        name text NOT NULL,
        external_id text NOT NULL,
        currency char(3) NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT reconciliation_accounts_once UNIQUE (merchant_id, external_id, currency)
      )`);
    // What a match was made by can be read for ever: versions are only added.
    await runner.query(`
      CREATE TABLE reconciliation_account_versions (
        account_id uuid NOT NULL REFERENCES reconciliation_accounts (id),
        version integer NOT NULL,
        settings jsonb NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (account_id, version)
      )`);
  }

  private async statements(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reconciliation_imports (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        account_id uuid NOT NULL REFERENCES reconciliation_accounts (id),
        content_sha256 char(64) NOT NULL,
        format text NOT NULL CHECK (format IN ('csv', 'camt.053')),
        bytes integer NOT NULL,
        account_version integer NOT NULL,
        imported_by text NOT NULL,
        imported_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT reconciliation_imports_once UNIQUE (account_id, content_sha256)
      )`);
    await runner.query(`
      CREATE TABLE reconciliation_statements (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        account_id uuid NOT NULL REFERENCES reconciliation_accounts (id),
        import_id uuid NOT NULL REFERENCES reconciliation_imports (id),
        reference text NOT NULL,
        corrects uuid REFERENCES reconciliation_statements (id),
        superseded_by uuid REFERENCES reconciliation_statements (id) DEFERRABLE INITIALLY DEFERRED,
        opening_minor bigint,
        closing_minor bigint,
        from_on date,
        to_on date,
        lines integer NOT NULL,
        fresh_lines integer NOT NULL,
        pending_lines integer NOT NULL,
        pending_minor bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    // One that counts per reference; a correction takes the place of the one before.
    await runner.query(
      'CREATE UNIQUE INDEX reconciliation_statements_current ON reconciliation_statements (account_id, reference) WHERE superseded_by IS NULL',
    );
    await runner.query('CREATE INDEX reconciliation_statements_of_import ON reconciliation_statements (import_id)');
    await runner.query(
      'CREATE INDEX reconciliation_statements_of_account ON reconciliation_statements (account_id, to_on)',
    );
    await runner.query(`
      CREATE TABLE reconciliation_lines (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        account_id uuid NOT NULL REFERENCES reconciliation_accounts (id),
        reference text NOT NULL,
        booked_on date NOT NULL,
        amount_minor bigint NOT NULL,
        ordinal integer NOT NULL,
        fee_minor bigint NOT NULL,
        value_on date,
        category text NOT NULL,
        end_to_end_id text,
        provider_reference text,
        description text,
        state text NOT NULL CHECK (state IN ('open', 'matched', 'ignored', 'withdrawn')),
        by_hand boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT reconciliation_lines_once UNIQUE (account_id, reference, booked_on, amount_minor, ordinal)
      )`);
    await runner.query(
      `CREATE INDEX reconciliation_lines_open ON reconciliation_lines (account_id, booked_on, id) WHERE state = 'open'`,
    );
    await runner.query('CREATE INDEX reconciliation_lines_of_day ON reconciliation_lines (account_id, booked_on)');
    await runner.query(`
      CREATE TABLE reconciliation_statement_lines (
        statement_id uuid NOT NULL REFERENCES reconciliation_statements (id),
        line_no integer NOT NULL,
        line_id uuid NOT NULL REFERENCES reconciliation_lines (id),
        PRIMARY KEY (statement_id, line_no)
      )`);
    await runner.query(
      'CREATE INDEX reconciliation_statement_lines_of_line ON reconciliation_statement_lines (line_id)',
    );
  }

  private async matches(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reconciliation_matches (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        account_id uuid NOT NULL REFERENCES reconciliation_accounts (id),
        rule text NOT NULL,
        account_version integer NOT NULL,
        line_minor bigint NOT NULL,
        target_minor bigint NOT NULL,
        fee_minor bigint NOT NULL,
        difference_minor bigint NOT NULL,
        facts jsonb NOT NULL,
        made_by text NOT NULL,
        approved_by text,
        reason text,
        journal_id uuid NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        undone_at timestamptz,
        undone_by text,
        undo_reason text,
        undo_journal_id uuid,
        CONSTRAINT reconciliation_matches_add_up CHECK (line_minor + fee_minor = target_minor + difference_minor),
        CHECK ((undone_at IS NULL) = (undo_journal_id IS NULL))
      )`);
    await runner.query('CREATE INDEX reconciliation_matches_of_account ON reconciliation_matches (account_id, id)');
    await runner.query(`
      CREATE TABLE reconciliation_match_lines (
        match_id uuid NOT NULL REFERENCES reconciliation_matches (id),
        line_id uuid NOT NULL REFERENCES reconciliation_lines (id),
        undone boolean NOT NULL DEFAULT false,
        PRIMARY KEY (match_id, line_id)
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX reconciliation_one_effect_per_line ON reconciliation_match_lines (line_id) WHERE NOT undone',
    );
    await runner.query(`
      CREATE TABLE reconciliation_match_targets (
        match_id uuid NOT NULL REFERENCES reconciliation_matches (id),
        kind text NOT NULL CHECK (kind IN ('payment', 'refund', 'transfer', 'payout', 'payout_return')),
        target_id uuid NOT NULL,
        amount_minor bigint NOT NULL,
        undone boolean NOT NULL DEFAULT false,
        PRIMARY KEY (match_id, kind, target_id)
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX reconciliation_one_match_per_target ON reconciliation_match_targets (kind, target_id) WHERE NOT undone',
    );
    // Money that left one of our accounts for another: the match of the line that sent it begins it, and its id is the match's.
    await runner.query(`
      CREATE TABLE reconciliation_transfers (
        id uuid PRIMARY KEY REFERENCES reconciliation_matches (id),
        merchant_id uuid NOT NULL,
        from_account_id uuid NOT NULL REFERENCES reconciliation_accounts (id),
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL,
        sent_on date NOT NULL,
        named_as text[] NOT NULL,
        undone boolean NOT NULL DEFAULT false
      )`);
    await runner.query(
      'CREATE INDEX reconciliation_transfers_of_merchant ON reconciliation_transfers (merchant_id, currency, sent_on) WHERE NOT undone',
    );
    // What a line may be about is looked for by day where it names nothing.
    await runner.query(
      'CREATE INDEX reconciliation_payments_of_day ON payment_transactions (merchant_id, currency, created_at) WHERE captured_minor > 0',
    );
    await runner.query(
      'CREATE INDEX reconciliation_refunds_of_day ON payment_refunds (merchant_id, currency, created_at)',
    );
    await runner.query('CREATE INDEX reconciliation_refunds_of_payment ON payment_refunds (payment_id)');
  }

  private async exceptions(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reconciliation_exceptions (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        account_id uuid NOT NULL REFERENCES reconciliation_accounts (id),
        kind text NOT NULL CHECK (kind IN ('unmatched_line', 'unknown_reference', 'amount_differs', 'duplicate', 'target_missing')),
        line_id uuid REFERENCES reconciliation_lines (id),
        target_kind text,
        target_id uuid,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL,
        detail text NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'proposed', 'resolved')),
        resolution text CHECK (resolution IN ('matched', 'written_off', 'ignored', 'withdrawn')),
        reason text,
        assigned_to text,
        proposed_by text,
        resolved_by text,
        match_id uuid REFERENCES reconciliation_matches (id),
        opened_at timestamptz NOT NULL DEFAULT now(),
        resolved_at timestamptz,
        CHECK ((line_id IS NULL) <> (target_id IS NULL)),
        CHECK ((state = 'resolved') = (resolution IS NOT NULL))
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX reconciliation_exceptions_of_line ON reconciliation_exceptions (line_id) WHERE state <> 'resolved' AND line_id IS NOT NULL`,
    );
    await runner.query(
      `CREATE UNIQUE INDEX reconciliation_exceptions_of_target ON reconciliation_exceptions (target_kind, target_id)
       WHERE state <> 'resolved' AND target_id IS NOT NULL`,
    );
    await runner.query(
      'CREATE INDEX reconciliation_exceptions_of_merchant ON reconciliation_exceptions (merchant_id, id)',
    );
    // Who did what to which account, statement, match or exception. Rows are only ever added.
    await runner.query(`
      CREATE TABLE reconciliation_steps (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        account_id uuid NOT NULL,
        subject text NOT NULL CHECK (subject IN ('account', 'import', 'match', 'exception')),
        subject_id uuid NOT NULL,
        step text NOT NULL,
        made_by text NOT NULL,
        detail text,
        happened_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX reconciliation_steps_of_subject ON reconciliation_steps (subject_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of ['refunds_of_payment', 'refunds_of_day', 'payments_of_day'])
      await runner.query(`DROP INDEX reconciliation_${index}`);
    const tables =
      'steps exceptions transfers match_targets match_lines matches statement_lines lines statements imports';
    for (const table of [...tables.split(' '), 'account_versions', 'accounts'])
      await runner.query(`DROP TABLE reconciliation_${table}`);
  }
}
