import { Refusal, sleep } from '@florin/kernel';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabaseConfig } from './config';
import { asRefusal } from './errors';
import { JobConnection, type BegunRun, type Json } from './job-connection';
import { jobLastSuccess, jobRuns } from './metrics';
import { Reads } from './reads';

/** What a job's work may do with its own run. */
export interface JobRun {
  readonly id: string;
  /** 1, and one more for each run before it that failed or was cut off. */
  readonly attempt: number;
  /** How far such a run had come, as it reported it. */
  readonly resumeFrom: Json | undefined;
  /** Aborts when the lock is lost (the database went away) or the service is stopping: finish the step and return or throw. */
  readonly signal: AbortSignal;
  /** Writes down how far it is; replaces what was there. */
  report(progress: Json): Promise<void>;
  /** Counts things done: adds to `done` of the progress. */
  add(count: number): Promise<void>;
}

/** Idempotent: a run may be cut off anywhere and start again. Its answer is kept with the run. */
export type JobWork = (run: JobRun) => Promise<object | void>;

export interface JobOptions {
  /** Work that must be done once per key, such as `2026-11` for a monthly close: a second run is skipped. */
  key?: string;
  /** Default `schedule`. */
  trigger?: 'schedule' | 'hand';
}

export type JobOutcome =
  { outcome: 'done'; runId: string; result: object } | { outcome: 'skipped'; reason: 'running' | 'already_done' };

/** A row of job_runs. */
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

/** A stopping service waits this long for jobs that heed their signal. */
const stopGraceMs = 10_000;

/** Runs jobs: one at a time per name across all processes, each run with a row in job_runs. */
@Injectable()
export class Jobs implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly registered = new Map<string, Registered>();
  /** Names that run in this process: a session may take its own advisory lock twice, so the lock alone would not tell. */
  private readonly running = new Set<string>();
  private readonly stopping = new AbortController();
  private connection: Promise<JobConnection> | undefined;

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
   * A scheduled run that finds nothing to do (no key, no progress, no result) leaves no row, only its metric.
   */
  async run(name: string, work: JobWork, options: JobOptions = {}): Promise<JobOutcome> {
    if (this.running.has(name) || this.stopping.signal.aborted) return { outcome: 'skipped', reason: 'running' };
    this.running.add(name);
    try {
      const connection = await this.connect();
      return await this.underLock(connection, name, work, options);
    } catch (error) {
      throw asRefusal(error);
    } finally {
      this.running.delete(name);
    }
  }

  /** The newest runs first; of one job, or of all. */
  history(name?: string, limit = 50): Promise<JobRecord[]> {
    return this.reads.query<JobRecord>(
      'SELECT * FROM job_runs WHERE $1::text IS NULL OR job = $1 ORDER BY started_at DESC, id DESC LIMIT $2',
      [name ?? null, limit],
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    for (const deadline = Date.now() + stopGraceMs; this.running.size > 0 && Date.now() < deadline;) await sleep(20);
  }

  async onApplicationShutdown(): Promise<void> {
    const connection = await this.connection?.catch(() => undefined);
    await connection?.close();
  }

  /** The one session of this process, opened again when it was lost. Callers that come together get the same one. */
  private connect(): Promise<JobConnection> {
    this.connection = this.reopen(this.connection);
    return this.connection;
  }

  private async reopen(before: Promise<JobConnection> | undefined): Promise<JobConnection> {
    const known = await before?.catch(() => undefined);
    return known && !known.lost.aborted ? known : JobConnection.open(this.dataSource, this.config);
  }

  private async underLock(
    connection: JobConnection,
    name: string,
    work: JobWork,
    options: JobOptions,
  ): Promise<JobOutcome> {
    if (!(await connection.lock(name))) return { outcome: 'skipped', reason: 'running' };
    try {
      const begun = await connection.begin(name, options.key ?? null, options.trigger ?? 'schedule');
      return begun
        ? await this.perform(connection, name, begun, work, options)
        : { outcome: 'skipped', reason: 'already_done' };
    } finally {
      await connection.unlock(name);
    }
  }

  private async perform(
    connection: JobConnection,
    name: string,
    begun: BegunRun,
    work: JobWork,
    options: JobOptions,
  ): Promise<JobOutcome> {
    const run = new RunningJob(begun, connection, AbortSignal.any([connection.lost, this.stopping.signal]));
    try {
      const result = (await work(run)) ?? {};
      const idle = !run.reported && Object.keys(result).length === 0 && begun.attempt === 1;
      if (idle && options.key === undefined && options.trigger !== 'hand') await connection.forget(begun.id);
      else await connection.finish(begun.id, 'done', result as Json, null);
      jobRuns.inc({ job: name, outcome: 'done' });
      jobLastSuccess.set({ job: name }, Date.now() / 1_000);
      return { outcome: 'done', runId: begun.id, result };
    } catch (error) {
      jobRuns.inc({ job: name, outcome: 'failed' });
      // Without the session the row stays `running`, and the next run marks it abandoned.
      if (!connection.lost.aborted)
        await connection.finish(begun.id, this.stopping.signal.aborted ? 'abandoned' : 'failed', null, String(error));
      throw error;
    }
  }
}

class RunningJob implements JobRun {
  readonly id: string;
  readonly attempt: number;
  readonly resumeFrom: Json | undefined;
  reported = false;
  private progress: Json;

  constructor(
    begun: BegunRun,
    private readonly connection: JobConnection,
    readonly signal: AbortSignal,
  ) {
    this.id = begun.id;
    this.attempt = begun.attempt;
    this.resumeFrom = begun.resumeFrom;
    this.progress = begun.resumeFrom ?? {};
  }

  async report(progress: Json): Promise<void> {
    this.reported = true;
    this.progress = progress;
    await this.connection.report(this.id, progress);
  }

  add(count: number): Promise<void> {
    const { done } = this.progress;
    return this.report({ ...this.progress, done: (typeof done === 'number' ? done : 0) + count });
  }
}
