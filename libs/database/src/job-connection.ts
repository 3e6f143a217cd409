import { newId } from '@florin/kernel';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from './config';
import { asRefusal } from './errors';
import { poolConfig } from './pool';

export type Json = Record<string, unknown>;

export interface BegunRun {
  id: string;
  attempt: number;
  resumeFrom: Json | undefined;
}

export type EndedStatus = 'done' | 'failed' | 'abandoned';

/**
 * The session that holds the locks of all jobs of this process: one connection beside the pool, so that a long job
 * takes none from the requests. When it is lost, its locks are, and `lost` aborts.
 */
export class JobConnection {
  private readonly ended = new AbortController();
  readonly lost = this.ended.signal;

  private constructor(private readonly client: Client) {
    client.on('error', () => this.ended.abort());
    client.on('end', () => this.ended.abort());
  }

  static async open(dataSource: DataSource, config: DatabaseConfig): Promise<JobConnection> {
    const { url, applicationName } = dataSource.options as { url?: string; applicationName?: string };
    const client = new Client({
      connectionString: url,
      ...poolConfig(config, `${applicationName ?? 'database'}-jobs`),
    });
    const connection = new JobConnection(client);
    try {
      await client.connect();
    } catch (error) {
      throw asRefusal(error);
    }
    return connection;
  }

  async close(): Promise<void> {
    if (!this.lost.aborted) await this.client.end();
  }

  async lock(job: string): Promise<boolean> {
    const { rows } = await this.client.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended('job:' || $1, 0)) AS taken`,
      [job],
    );
    return rows[0]?.taken ?? false;
  }

  /** A lost session has given its locks back already. */
  async unlock(job: string): Promise<void> {
    if (!this.lost.aborted)
      await this.client.query(`SELECT pg_advisory_unlock(hashtextextended('job:' || $1, 0))`, [job]);
  }

  /** Under the lock: writes the row of a new run and gives it; undefined when the key is done already. */
  async begin(job: string, key: string | null, trigger: string): Promise<BegunRun | undefined> {
    // Whoever wrote `running` and does not hold the lock is dead.
    await this.client.query(
      `UPDATE job_runs SET status = 'abandoned', finished_at = clock_timestamp() WHERE job = $1 AND status = 'running'`,
      [job],
    );
    const { rows } = await this.client.query<{ status: string; attempt: number; progress: Json }>(
      'SELECT status, attempt, progress FROM job_runs WHERE job = $1 AND key IS NOT DISTINCT FROM $2 ORDER BY started_at DESC, id DESC LIMIT 1',
      [job, key],
    );
    const last = rows[0];
    if (last?.status === 'done' && key !== null) return undefined;
    const unfinished = last && last.status !== 'done' ? last : undefined;
    const run: BegunRun = { id: newId(), attempt: (unfinished?.attempt ?? 0) + 1, resumeFrom: unfinished?.progress };
    await this.client.query(
      `INSERT INTO job_runs (id, job, key, trigger, status, attempt, progress) VALUES ($1, $2, $3, $4, 'running', $5, $6)`,
      [run.id, job, key, trigger, run.attempt, JSON.stringify(run.resumeFrom ?? {})],
    );
    return run;
  }

  async report(id: string, progress: Json): Promise<void> {
    await this.client.query('UPDATE job_runs SET progress = $2 WHERE id = $1', [id, JSON.stringify(progress)]);
  }

  async finish(id: string, status: EndedStatus, result: Json | null, error: string | null): Promise<void> {
    const values = [id, status, result && JSON.stringify(result), error];
    await this.client.query(
      'UPDATE job_runs SET status = $2, result = $3, error = $4, finished_at = clock_timestamp() WHERE id = $1',
      values,
    );
  }

  async forget(id: string): Promise<void> {
    await this.client.query('DELETE FROM job_runs WHERE id = $1', [id]);
  }
}
