import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a merchant decides about gift cards, store credit, codes and exchange. Versions are only added: the highest holds. */
export class WalletSettings1764100000501 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE wallet_settings (
        merchant_id uuid NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        settings jsonb NOT NULL,
        reason text NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE wallet_settings');
  }
}
