import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What catalog says about prices and merchants, kept here so that a cart never waits for another service.
 * `version` is catalog's own counter: an older message that arrives late changes nothing.
 */
export class Products1764100000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE merchants (
        merchant_id uuid PRIMARY KEY,
        name text NOT NULL,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        time_zone text NOT NULL,
        version bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE variants (
        variant_id uuid PRIMARY KEY,
        product_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        category_id uuid,
        sku text NOT NULL,
        title text NOT NULL,
        price_minor bigint NOT NULL CHECK (price_minor >= 0),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        tax_rate_bps integer NOT NULL CHECK (tax_rate_bps >= 0),
        tax_included boolean NOT NULL,
        active boolean NOT NULL,
        version bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 90);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE variants, merchants');
  }
}
