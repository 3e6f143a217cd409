import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Month-end closes. One row per merchant and month decides: it is prepared by one person, approved by another, and from then
 * on it cannot be changed, nor can anything be booked into the month on the accounts that a close is about. The trigger on
 * postings looks at whole statements, and only at postings that count at another time than they are written.
 */
export class Closes1764100000401 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE closes (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        period text NOT NULL CHECK (period ~ '^\\d{4}-\\d{2}$'),
        state text NOT NULL CHECK (state IN ('prepared', 'closed')),
        inputs jsonb NOT NULL,
        inputs_hash text NOT NULL,
        result_hash text NOT NULL,
        previous_id uuid REFERENCES closes (id),
        previous_hash text,
        hash text NOT NULL,
        prepared_by text NOT NULL,
        prepared_at timestamptz NOT NULL,
        approved_by text,
        closed_at timestamptz,
        CONSTRAINT closes_once UNIQUE (merchant_id, period),
        CONSTRAINT closes_four_eyes CHECK (approved_by <> prepared_by),
        CONSTRAINT closes_approved CHECK ((state = 'closed') = (approved_by IS NOT NULL AND closed_at IS NOT NULL))
      )`);
    await runner.query(`
      CREATE TABLE close_lines (
        close_id uuid NOT NULL REFERENCES closes (id),
        program_id uuid NOT NULL,
        currency char(3) NOT NULL,
        cohort text NOT NULL,
        issued_points bigint NOT NULL,
        redeemed_points bigint NOT NULL,
        expired_points bigint NOT NULL,
        outstanding_points bigint NOT NULL,
        expected_points bigint NOT NULL,
        expected_low_points bigint NOT NULL,
        expected_high_points bigint NOT NULL,
        price_minor bigint NOT NULL,
        recognised_minor bigint NOT NULL,
        opening_minor bigint NOT NULL,
        additions_minor bigint NOT NULL,
        clawed_back_minor bigint NOT NULL,
        redeemed_minor bigint NOT NULL,
        breakage_minor bigint NOT NULL,
        expired_minor bigint NOT NULL,
        closing_minor bigint NOT NULL,
        prior_period_minor bigint NOT NULL,
        PRIMARY KEY (close_id, program_id, currency, cohort),
        CONSTRAINT close_lines_foot CHECK (
          opening_minor + additions_minor - clawed_back_minor - redeemed_minor - breakage_minor - expired_minor = closing_minor)
      )`);
    await runner.query(`
      CREATE TABLE close_steps (
        id uuid PRIMARY KEY,
        close_id uuid NOT NULL,
        step text NOT NULL CHECK (step IN ('prepared', 'closed')),
        hash text NOT NULL,
        taken_by text NOT NULL,
        taken_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX close_steps_of_close ON close_steps (close_id, id)');
    await runner.query(`
      CREATE FUNCTION closes_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF OLD.state = 'closed' THEN
          RAISE EXCEPTION 'month % is closed', OLD.period USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
      END $$`);
    await runner.query(
      'CREATE TRIGGER closes_stay BEFORE UPDATE OR DELETE ON closes FOR EACH ROW EXECUTE FUNCTION closes_refuse_change()',
    );
    await runner.query(`
      CREATE FUNCTION close_lines_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE line close_lines := CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
      BEGIN
        IF EXISTS (SELECT 1 FROM closes WHERE id = line.close_id AND state = 'closed') THEN
          RAISE EXCEPTION 'the lines of a closed month stay' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
      END $$`);
    await runner.query(
      'CREATE TRIGGER close_lines_stay BEFORE INSERT OR UPDATE OR DELETE ON close_lines FOR EACH ROW EXECUTE FUNCTION close_lines_refuse_change()',
    );
    await runner.query(
      'CREATE TRIGGER close_steps_append_only BEFORE UPDATE OR DELETE ON close_steps FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()',
    );
    // The accounts that a close is about, and whose they are.
    await runner.query('CREATE TABLE close_accounts (account_id uuid PRIMARY KEY, merchant_id uuid NOT NULL)');
    await runner.query(`
      CREATE FUNCTION close_refuse_posting() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (
          SELECT 1 FROM posted JOIN close_accounts USING (account_id) JOIN liability_books USING (merchant_id)
          WHERE posted.effective_at <> posted.inserted_at
            AND to_char(posted.effective_at AT TIME ZONE 'UTC', 'YYYY-MM') <= liability_books.closed_through
        ) THEN
          RAISE EXCEPTION 'the month is closed for this account'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'close_month_is_closed';
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(
      `CREATE TRIGGER ledger_postings_of_closed_months AFTER INSERT ON ledger_postings
       REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION close_refuse_posting()`,
    );
    // Which account of the merchant's own general ledger each of ours is; every version stays.
    await runner.query(`
      CREATE TABLE gl_account_maps (
        merchant_id uuid NOT NULL,
        version integer NOT NULL,
        accounts jsonb NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER ledger_postings_of_closed_months ON ledger_postings');
    for (const table of ['gl_account_maps', 'close_accounts', 'close_steps', 'close_lines', 'closes'])
      await runner.query(`DROP TABLE ${table}`);
    await runner.query('DROP FUNCTION close_refuse_posting, close_lines_refuse_change, closes_refuse_change');
  }
}
