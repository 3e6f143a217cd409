import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row per run of a scheduled job: who started it, how far it came, how it ended. */
export class JobRuns1763600000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE job_runs (
        id uuid PRIMARY KEY,
        job text NOT NULL,
        key text,
        trigger text NOT NULL CHECK (trigger IN ('schedule', 'hand')),
        status text NOT NULL CHECK (status IN ('running', 'done', 'failed', 'abandoned')),
        attempt integer NOT NULL CHECK (attempt > 0),
        progress jsonb NOT NULL DEFAULT '{}',
        result jsonb,
        error text,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at timestamptz
      )`);
    // The guarantee behind "once per key": whatever the code checks first, a second success cannot be written.
    await runner.query(
      `CREATE UNIQUE INDEX job_runs_done_once ON job_runs (job, key) WHERE status = 'done' AND key IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX job_runs_newest ON job_runs (job, started_at DESC)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE job_runs');
  }
}
