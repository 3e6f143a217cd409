import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a merchant sets of the fraud check, a row per version: decisions name theirs and are taken again with it, so a version
 * never changes. A model is a row too; at most one of a merchant is in use.
 */
export class FraudSettings1764100000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE fraud_settings (
        merchant_id uuid NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        settings jsonb NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, version)
      )`);
    await runner.query(`
      CREATE TABLE fraud_models (
        merchant_id uuid NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        vector_version integer NOT NULL,
        model jsonb NOT NULL,
        examples integer NOT NULL,
        frauds integer NOT NULL,
        held_out integer NOT NULL,
        auc double precision CHECK (auc BETWEEN 0 AND 1),
        digest text NOT NULL,
        active boolean NOT NULL,
        reason text NOT NULL,
        trained_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, version)
      )`);
    await runner.query('CREATE UNIQUE INDEX fraud_models_active ON fraud_models (merchant_id) WHERE active');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE fraud_models, fraud_settings');
  }
}
