import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A wallet is held at a merchant, and its account says so. What members had before stays where they first had a wallet in
 * that currency: nobody can tell any more which merchant took it.
 */
export class WalletsAtAMerchant1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      WITH first AS (
        SELECT DISTINCT ON (member_id, currency) member_id, currency, merchant_id FROM wallets
        ORDER BY member_id, currency, created_at, merchant_id
      )
      UPDATE ledger_accounts SET code = format('member:%s:merchant:%s:%s:%s', member_id, merchant_id, what, currency)
      FROM first CROSS JOIN (VALUES ('wallet'), ('cashback-pending')) AS kept (what)
      WHERE code = format('member:%s:%s:%s', member_id, what, currency)`);
    await runner.query(`
      INSERT INTO ledger_accounts (id, code, asset)
      SELECT gen_random_uuid(), format('member:%s:merchant:%s:%s:%s', member_id, merchant_id, what, currency), currency
      FROM wallets CROSS JOIN (VALUES ('wallet'), ('cashback-pending')) AS kept (what)
      ON CONFLICT (code) DO NOTHING`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE ledger_accounts SET code = regexp_replace(code, '^(member:[^:]+):merchant:[^:]+', '\\1')
      WHERE code ~ '^member:[^:]+:merchant:[^:]+:(wallet|cashback-pending):' AND postings > 0`);
    await runner.query(
      `DELETE FROM ledger_accounts WHERE code ~ '^member:[^:]+:merchant:[^:]+:(wallet|cashback-pending):' AND postings = 0`,
    );
  }
}
