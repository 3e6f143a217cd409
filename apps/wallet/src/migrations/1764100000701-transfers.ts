import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Money that one member gave to another. The note stands here and not in the ledger, which is never erased. Lists are read
 * through wallet_transactions, so a transfer costs no index of its own but the key.
 */
export class Transfers1764100000701 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE wallet_transfers (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        from_member_id uuid NOT NULL,
        to_member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        note text,
        journal_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT wallet_transfers_between_two CHECK (from_member_id <> to_member_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE wallet_transfers');
  }
}
