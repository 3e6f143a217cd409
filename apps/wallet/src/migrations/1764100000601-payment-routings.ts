import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which processor takes a merchant's payments in a currency. Data with versions: whoever asks later sees who changed it and when. */
export class PaymentRoutings1764100000601 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE payment_processors (
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        -- The first that is enabled: read with every payment that starts.
        preferred text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, currency)
      )`);
    await runner.query(`
      CREATE TABLE payment_processor_versions (
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        version integer NOT NULL,
        processors jsonb NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, currency, version),
        FOREIGN KEY (merchant_id, currency) REFERENCES payment_processors (merchant_id, currency)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE payment_processor_versions');
    await runner.query('DROP TABLE payment_processors');
  }
}
