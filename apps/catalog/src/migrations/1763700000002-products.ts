import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Products and the variants that are sold. A price is in minor units and belongs to the variant, never to the product. */
export class Products1763700000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE categories (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL REFERENCES merchants (id),
        parent_id uuid REFERENCES categories (id),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        slug text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (merchant_id, slug)
      )`);
    await runner.query(`
      CREATE TABLE products (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL REFERENCES merchants (id),
        category_id uuid REFERENCES categories (id),
        title text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
        description text NOT NULL DEFAULT '',
        active boolean NOT NULL DEFAULT true,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE product_variants (
        id uuid PRIMARY KEY,
        product_id uuid NOT NULL REFERENCES products (id),
        merchant_id uuid NOT NULL REFERENCES merchants (id),
        sku text NOT NULL CHECK (length(sku) BETWEEN 1 AND 64),
        title text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
        price_minor bigint NOT NULL CHECK (price_minor >= 0),
        currency char(3) NOT NULL,
        tax_rate_bps integer NOT NULL CHECK (tax_rate_bps BETWEEN 0 AND 10000),
        tax_included boolean NOT NULL,
        active boolean NOT NULL DEFAULT true,
        position integer NOT NULL,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (merchant_id, sku)
      )`);
    await runner.query('CREATE INDEX products_browse ON products (merchant_id, id) WHERE active');
    await runner.query('CREATE INDEX products_by_category ON products (category_id, id) WHERE active');
    await runner.query('CREATE INDEX product_variants_of_product ON product_variants (product_id, position)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE product_variants');
    await runner.query('DROP TABLE products');
    await runner.query('DROP TABLE categories');
  }
}
