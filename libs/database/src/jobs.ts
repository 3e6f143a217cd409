import { newId, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseConfig } from './config';
import { asRefusal } from './errors';
import { jobLastSuccess, jobRuns } from './metrics';
import { poolConfig } from './pool';
import { Reads } from './reads';

type Json = Record<string, unknown>;

/** What a job's work may do with its own run. */
export interface JobRun {
  readonly id: string;
  /** 1, and one more for each run before it that failed or was cut off. */
  readonly attempt: number;
  /** How far such a run had come, as it reported it. */
  readonly resumeFrom: Json | undefined;
  /** Aborts when the lock is lost (the database went away): somebody else may start, so stop. */
  readonly signal: AbortSignal;
  /** Writes down how far it is; replaces what was there. */
  report(progress: Json): Promise<void>;
}

/** Idempotent: a run may be cut off anywhere and start again. Its answer is kept with the run. */
export type JobWork = (run: JobRun) => Promise<Json | void>;

export interface JobOptions {
  /** Work that must be done once per key, such as `2026-11` for a monthly close: a second run is skipped. */
  key?: string;
  trigger?: 'schedule' | 'hand';
}

export type JobOutcome =
  | { outcome: 'done'; runId: string; result: Json }
  | { outcome: 'skipped'; reason: 'running' | 'already_done' };

export interface JobRecord {
  id: string;
  job: string;
  key: string | null;
  trigger: 'schedule' | 'hand';
  status: 'running' | 'done' | 'failed' | 'abandoned';
  attempt: number;
  progress: Json;
  result: Json | null;
  error: string | null;
  started_at: Date;
  finished_at: Date | null;
}

interface Registered {
  name: string;
  description: string;
  work: JobWork;
}

/** Runs jobs: one at a time per name across all processes, each run with a row in job_runs. */
@Injectable()
export class Jobs {
  private readonly registered = new Map<string, Registered>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: DatabaseConfig,
    private readonly reads: Reads,
  ) {}

  /** Makes a job known, so that it can be run by hand under its name. */
  register(name: string, description: string, work: JobWork): void {
    this.registered.set(name, { name, description, work });
  }

  list(): { name: string; description: string }[] {
    return [...this.registered.values()].map(({ name, description }) => ({ name, description }));
  }

  /** Runs a registered job now. Throws a Refusal `not_found` for a name that nobody registered. */
  async runByHand(name: string, options: JobOptions = {}): Promise<JobOutcome> {
    const job = this.registered.get(name);
    if (!job) throw new Refusal('not_found', 'job_not_found', 'There is no job of this name.');
    return this.run(name, job.work, { ...options, trigger: 'hand' });
  }

  /**
   * Runs the work unless another process is at it (`skipped`, `running`) or its key is done (`already_done`).
   * A failure is written to the run and thrown. A run that a crash cut off is marked abandoned by the next.
   */
  async run(name: string, work: JobWork, options: JobOptions = {}): Promise<JobOutcome> {
    const session = await JobSession.open(this.dataSource, this.config, name);
    try {
      if (!(await session.lock())) return { outcome: 'skipped', reason: 'running' };
      const run = await session.begin(options);
      return run ? await this.perform(session, run, work) : { outcome: 'skipped', reason: 'already_done' };
    } catch (error) {
      throw asRefusal(error);
    } finally {
      await session.close();
    }
  }

  /** The newest runs first; of one job, or of all. */
  history(name?: string, limit = 50): Promise<JobRecord[]> {
    return this.reads.query<JobRecord>('SELECT * FROM job_runs WHERE $1::text IS NULL OR job = $1 ORDER BY started_at DESC, id DESC LIMIT $2', [name ?? null, limit]);
  }

  private async perform(session: JobSession, run: JobRun, work: JobWork): Promise<JobOutcome> {
    try {
      const result = (await work(run)) ?? {};
      await session.finish(run.id, 'done', result, null);
      jobRuns.inc({ job: session.job, outcome: 'done' });
      jobLastSuccess.set({ job: session.job }, Date.now() / 1_000);
      return { outcome: 'done', runId: run.id, result };
    } catch (error) {
      jobRuns.inc({ job: session.job, outcome: 'failed' });
      // Without a connection the row stays `running`, and the next run marks it abandoned.
      if (!run.signal.aborted) await session.finish(run.id, 'failed', null, String(error));
      throw error;
    }
  }
}

/** A connection of its own that holds the job's lock: a long job must not take one from the requests. */
class JobSession {
  private readonly lost = new AbortController();

  private constructor(
    private readonly client: Client,
    readonly job: string,
  ) {
    client.on('error', () => this.lost.abort());
    client.on('end', () => this.lost.abort());
  }

  static async open(dataSource: DataSource, config: DatabaseConfig, job: string): Promise<JobSession> {
    const { url, applicationName } = dataSource.options as { url?: string; applicationName?: string };
    const client = new Client({ connectionString: url, ...poolConfig(config, `${applicationName ?? 'database'}-job`) });
    const session = new JobSession(client, job);
    await client.connect().catch((error: unknown) => Promise.reject(asRefusal(error)));
    return session;
  }

  async lock(): Promise<boolean> {
    const { rows } = await this.client.query<{ taken: boolean }>(`SELECT pg_try_advisory_lock(hashtextextended('job:' || $1, 0)) AS taken`, [this.job]);
    return rows[0]?.taken ?? false;
  }

  /** The row of the new run, or undefined when the key is done already. */
  async begin({ key, trigger = 'schedule' }: JobOptions): Promise<JobRun | undefined> {
    // Whoever wrote `running` and does not hold the lock is dead.
    await this.client.query(`UPDATE job_runs SET status = 'abandoned', finished_at = now() WHERE job = $1 AND status = 'running'`, [this.job]);
    const { rows } = await this.client.query<{ status: string; attempt: number; progress: Json }>(
      'SELECT status, attempt, progress FROM job_runs WHERE job = $1 AND key IS NOT DISTINCT FROM $2 ORDER BY started_at DESC, id DESC LIMIT 1',
      [this.job, key ?? null],
    );
    const last = rows[0];
    if (last?.status === 'done' && key !== undefined) return undefined;
    const unfinished = last && last.status !== 'done' ? last : undefined;
    const id = newId();
    const attempt = (unfinished?.attempt ?? 0) + 1;
    await this.client.query(
      `INSERT INTO job_runs (id, job, key, trigger, status, attempt, progress) VALUES ($1, $2, $3, $4, 'running', $5, $6)`,
      [id, this.job, key ?? null, trigger, attempt, JSON.stringify(unfinished?.progress ?? {})],
    );
    const report = async (progress: Json) => {
      await this.client.query('UPDATE job_runs SET progress = $2 WHERE id = $1', [id, JSON.stringify(progress)]);
    };
    return { id, attempt, resumeFrom: unfinished?.progress, signal: this.lost.signal, report };
  }

  async finish(id: string, status: 'done' | 'failed', result: Json | null, error: string | null): Promise<void> {
    await this.client.query('UPDATE job_runs SET status = $2, result = $3, error = $4, finished_at = clock_timestamp() WHERE id = $1', [
      id,
      status,
      result && JSON.stringify(result),
      error,
    ]);
  }

  /** Ending the session gives the lock back. */
  async close(): Promise<void> {
    if (!this.lost.signal.aborted) await this.client.end();
  }
}
