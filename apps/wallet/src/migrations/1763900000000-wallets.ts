import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has a wallet in which currency: the ledger knows accounts by their code alone and keeps no list per person. */
export class Wallets1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE wallets (
        member_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (member_id, merchant_id, currency)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE wallets');
  }
}
