import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every event that any service said, as it was said. Partitioned by the month in which it happened, so old months can be put away. */
export class Events1763400000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE analytics_events (
        id uuid NOT NULL,
        type text NOT NULL,
        version integer NOT NULL,
        merchant_id uuid,
        subject text NOT NULL,
        data jsonb NOT NULL,
        occurred_at timestamptz NOT NULL,
        PRIMARY KEY (id, occurred_at)
      ) PARTITION BY RANGE (occurred_at)`);
    await runner.query('CREATE TABLE analytics_events_default PARTITION OF analytics_events DEFAULT');
    await runner.query(
      'CREATE INDEX analytics_events_of_merchant ON analytics_events (merchant_id, type, occurred_at)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE analytics_events');
  }
}
