import { ensureDefaultPartition, ensureMonthlyPartitions } from '@florin/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const walletCode = '^member:[0-9a-f-]{36}:merchant:[0-9a-f-]{36}:wallet:[A-Z]{3}$';

/**
 * Rows of wallet_transactions for a set of postings: those on wallets, with what their journal says. Both lookups stand behind
 * OFFSET 0, so that each stays a look by key whatever the planner thinks of the size of the set.
 */
const transactionsOf = (postings: string): string => `
  INSERT INTO wallet_transactions (merchant_id, member_id, currency, created_at, seq, journal_id, kind, amount_minor,
                                   balance_after_minor, effective_at, reference, order_id, counterparty_id, details)
  SELECT merchant_id, member_id, currency, inserted_at, seq, journal_id, kind, amount, balance_after, effective_at, reference,
         CASE WHEN reference ~ '^order:[0-9a-f-]{36}$' THEN substr(reference, 7)::uuid END,
         CASE WHEN first_value(member_id) OVER parties <> member_id THEN first_value(member_id) OVER parties
              ELSE nullif(last_value(member_id) OVER parties, member_id) END, metadata
  FROM (
    SELECT posting.inserted_at, posting.seq, posting.journal_id, posting.amount, posting.balance_after, posting.effective_at,
           split_part(account.code, ':', 2)::uuid AS member_id, split_part(account.code, ':', 4)::uuid AS merchant_id,
           split_part(account.code, ':', 6) AS currency, journal.kind, journal.reference, journal.metadata
    FROM ${postings} AS posting
    CROSS JOIN LATERAL (SELECT code FROM ledger_accounts WHERE id = posting.account_id OFFSET 0) AS account
    CROSS JOIN LATERAL (
      SELECT kind, reference, metadata FROM ledger_journals WHERE id = posting.journal_id AND inserted_at = posting.inserted_at OFFSET 0
    ) AS journal
    WHERE account.code ~ '${walletCode}'
  ) AS entry
  WINDOW parties AS (PARTITION BY journal_id ORDER BY amount, seq ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)`;

/**
 * What members see of their wallets: a row for each posting on one, written with the posting itself. A trigger does it, once
 * per statement, so that no journal of any capability can be forgotten: see ADR 0026. Append-only, a partition per month.
 */
export class WalletTransactions1764100000700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE wallet_transactions (
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        created_at timestamptz NOT NULL,
        seq bigint NOT NULL,
        journal_id uuid NOT NULL,
        kind text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
        balance_after_minor bigint NOT NULL CHECK (balance_after_minor >= 0),
        effective_at timestamptz NOT NULL,
        reference text,
        order_id uuid,
        counterparty_id uuid,
        details jsonb,
        PRIMARY KEY (merchant_id, member_id, currency, created_at, seq)
      ) PARTITION BY RANGE (created_at);
      CREATE INDEX wallet_transactions_order ON wallet_transactions (order_id) WHERE order_id IS NOT NULL;
      CREATE TRIGGER wallet_transactions_append_only BEFORE UPDATE OR DELETE ON wallet_transactions
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();`);
    // The default partition catches what no month is ready for: a write never fails because a job did not run.
    await ensureDefaultPartition(runner, 'wallet_transactions');
    await ensureMonthlyPartitions(runner, 'wallet_transactions', { monthsAhead: 3 });
    await runner.query(transactionsOf('ledger_postings'));
    await runner.query(`
      CREATE FUNCTION wallet_note_transactions() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN ${transactionsOf('posted')}; RETURN NULL; END $$;
      CREATE TRIGGER wallet_transactions_follow AFTER INSERT ON ledger_postings
        REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION wallet_note_transactions();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER wallet_transactions_follow ON ledger_postings;
      DROP FUNCTION wallet_note_transactions;
      DROP TABLE wallet_transactions;`);
  }
}
