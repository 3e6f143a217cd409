import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A person's standing in one program. Qualifying points decide the tier and never go down by spending. */
export class Members1763800000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE customer_loyalty (
        member_id uuid NOT NULL,
        program_id uuid NOT NULL REFERENCES loyalty_programs (id),
        merchant_id uuid NOT NULL,
        tier text NOT NULL,
        qualifying_points bigint NOT NULL DEFAULT 0 CHECK (qualifying_points >= 0),
        points bigint NOT NULL DEFAULT 0 CHECK (points >= 0),
        is_frozen boolean NOT NULL DEFAULT false,
        enrolled_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (member_id, program_id)
      )`);
    await runner.query('CREATE INDEX customer_loyalty_of_program ON customer_loyalty (program_id, member_id)');
    await runner.query(`
      CREATE TABLE loyalty_tier_snapshots (
        id uuid PRIMARY KEY,
        member_id uuid NOT NULL,
        program_id uuid NOT NULL,
        from_tier text NOT NULL,
        to_tier text NOT NULL,
        qualifying_points bigint NOT NULL,
        caused_by text NOT NULL,
        changed_at timestamptz NOT NULL
      )`);
    await runner.query(
      'CREATE INDEX loyalty_tier_snapshots_of_member ON loyalty_tier_snapshots (member_id, program_id, id)',
    );
    // The day is the program's own (its time zone), so the daily cap is a row and not a guess about midnight.
    await runner.query(`
      CREATE TABLE loyalty_daily_earnings (
        member_id uuid NOT NULL,
        program_id uuid NOT NULL,
        day date NOT NULL,
        points bigint NOT NULL CHECK (points >= 0),
        PRIMARY KEY (member_id, program_id, day)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE loyalty_daily_earnings');
    await runner.query('DROP TABLE loyalty_tier_snapshots');
    await runner.query('DROP TABLE customer_loyalty');
  }
}
