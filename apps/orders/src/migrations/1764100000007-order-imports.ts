import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which orders of an older system have been taken over. Not partitioned: an external number is unique for ever. */
export class OrderImports1764100000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE order_imports (
        merchant_id uuid NOT NULL,
        external_number text NOT NULL,
        order_id uuid NOT NULL,
        input_hash text NOT NULL,
        imported_at timestamptz NOT NULL,
        PRIMARY KEY (merchant_id, external_number)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE order_imports');
  }
}
