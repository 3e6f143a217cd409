import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A program and every version of its rules. Versions are never changed: a receipt names the one it was computed with,
 * and can be computed again.
 */
export class Programs1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE loyalty_programs (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        currency char(3) NOT NULL,
        time_zone text NOT NULL,
        status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
        is_default boolean NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    // Orders earn in the default program of their merchant and currency: there can only be one.
    await runner.query(
      'CREATE UNIQUE INDEX loyalty_programs_default ON loyalty_programs (merchant_id, currency) WHERE is_default',
    );
    await runner.query('CREATE INDEX loyalty_programs_of_merchant ON loyalty_programs (merchant_id, id)');
    await runner.query(`
      CREATE TABLE loyalty_program_versions (
        program_id uuid NOT NULL REFERENCES loyalty_programs (id),
        version integer NOT NULL,
        rules jsonb NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (program_id, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE loyalty_program_versions');
    await runner.query('DROP TABLE loyalty_programs');
  }
}
