import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who pays for points that were spent elsewhere. An entry says which funder owes which merchant for which lot; a settlement
 * nets a month's entries over everybody, so that one transfer per debtor and creditor is left, and invoices the pairs behind it.
 */
export class Settlements1764100000402 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE settlements (
        id uuid PRIMARY KEY,
        period text NOT NULL CHECK (period ~ '^\\d{4}-\\d{2}$'),
        currency char(3) NOT NULL,
        issued_by text NOT NULL,
        issued_at timestamptz NOT NULL,
        CONSTRAINT settlements_once UNIQUE (period, currency)
      )`);
    await runner.query(`
      CREATE TABLE settlement_entries (
        redemption_id uuid NOT NULL,
        lot_id uuid NOT NULL,
        debtor text NOT NULL,
        creditor text NOT NULL CHECK (creditor <> debtor),
        program_id uuid NOT NULL,
        currency char(3) NOT NULL,
        points bigint NOT NULL CHECK (points >= 0),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        period text NOT NULL,
        redeemed_at timestamptz NOT NULL,
        settlement_id uuid REFERENCES settlements (id),
        PRIMARY KEY (redemption_id, lot_id, debtor)
      )`);
    await runner.query(
      'CREATE INDEX settlement_entries_open ON settlement_entries (currency, period) WHERE settlement_id IS NULL',
    );
    await runner.query('CREATE INDEX settlement_entries_of_settlement ON settlement_entries (settlement_id)');
    // Numbers have no gaps within a creditor and year: the counter's row is locked while one is taken.
    await runner.query(
      'CREATE TABLE settlement_numbers (creditor text NOT NULL, year integer NOT NULL, last integer NOT NULL, PRIMARY KEY (creditor, year))',
    );
    await runner.query(`
      CREATE TABLE settlement_invoices (
        id uuid PRIMARY KEY,
        settlement_id uuid NOT NULL REFERENCES settlements (id),
        creditor text NOT NULL,
        debtor text NOT NULL,
        number text NOT NULL,
        currency char(3) NOT NULL,
        total_minor bigint NOT NULL CHECK (total_minor > 0),
        issued_at timestamptz NOT NULL,
        CONSTRAINT settlement_invoices_once UNIQUE (settlement_id, creditor, debtor),
        CONSTRAINT settlement_invoices_number UNIQUE (creditor, number)
      )`);
    await runner.query(`
      CREATE TABLE settlement_invoice_lines (
        invoice_id uuid NOT NULL REFERENCES settlement_invoices (id),
        line integer NOT NULL,
        program_id uuid NOT NULL,
        redemptions bigint NOT NULL,
        points bigint NOT NULL,
        amount_minor bigint NOT NULL,
        PRIMARY KEY (invoice_id, line)
      )`);
    await runner.query(`
      CREATE TABLE settlement_transfers (
        id uuid PRIMARY KEY,
        settlement_id uuid NOT NULL REFERENCES settlements (id),
        debtor text NOT NULL,
        creditor text NOT NULL CHECK (creditor <> debtor),
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        state text NOT NULL CHECK (state IN ('open', 'paid')),
        reference text,
        paid_by text,
        paid_at timestamptz,
        CONSTRAINT settlement_transfers_once UNIQUE (settlement_id, debtor, creditor),
        CONSTRAINT settlement_transfers_paid CHECK ((state = 'paid') = (paid_at IS NOT NULL AND paid_by IS NOT NULL AND reference IS NOT NULL))
      )`);
    // What a merchant has paid in ahead, and what the points that it funds and that are still out are worth.
    await runner.query(`
      CREATE TABLE prefunding (
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        balance_minor bigint NOT NULL DEFAULT 0 CHECK (balance_minor >= 0),
        committed_minor bigint NOT NULL DEFAULT 0 CHECK (committed_minor >= 0),
        enforced boolean NOT NULL DEFAULT false,
        version integer NOT NULL DEFAULT 1,
        PRIMARY KEY (merchant_id, currency)
      )`);
    await runner.query(`
      CREATE TABLE prefunding_changes (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        kind text NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'setting')),
        amount_minor bigint NOT NULL,
        enforced boolean NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'prefunding_changes',
      'prefunding',
      'settlement_transfers',
      'settlement_invoice_lines',
      'settlement_invoices',
      'settlement_numbers',
      'settlement_entries',
      'settlements',
    ])
      await runner.query(`DROP TABLE ${table}`);
  }
}
