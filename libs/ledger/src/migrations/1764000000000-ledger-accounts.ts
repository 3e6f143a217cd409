import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Accounts carry their balances, so that the CHECK can refuse an overdraft whatever the code above decides.
 * The bounds of `posted` are those of an exact integer in JSON and JavaScript (2^53 − 1).
 * `postings` counts the account's postings and numbers the next one; `changed_at` keeps insertion times of one account in order
 * even when the server's clock steps back. The fill factor leaves room for updates in place (HOT): no index covers a balance.
 */
export class LedgerAccounts1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger_accounts (
        id uuid PRIMARY KEY,
        code text NOT NULL CONSTRAINT ledger_accounts_code_unique UNIQUE,
        asset text NOT NULL,
        allow_negative boolean NOT NULL DEFAULT false,
        status text NOT NULL DEFAULT 'open' CONSTRAINT ledger_accounts_status CHECK (status IN ('open', 'closed')),
        posted bigint NOT NULL DEFAULT 0
          CONSTRAINT ledger_accounts_exact CHECK (posted BETWEEN -9007199254740991 AND 9007199254740991),
        held bigint NOT NULL DEFAULT 0 CONSTRAINT ledger_accounts_held CHECK (held BETWEEN 0 AND 9007199254740991),
        postings bigint NOT NULL DEFAULT 0,
        labels jsonb NOT NULL DEFAULT '{}',
        opened_at timestamptz NOT NULL DEFAULT now(),
        changed_at timestamptz NOT NULL DEFAULT 'epoch',
        CONSTRAINT ledger_accounts_no_overdraft CHECK (allow_negative OR posted - held >= 0),
        CONSTRAINT ledger_accounts_closed_is_empty CHECK (status <> 'closed' OR (posted = 0 AND held = 0))
      ) WITH (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_accounts');
  }
}
