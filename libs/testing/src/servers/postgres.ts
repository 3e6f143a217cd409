import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { testingConfig } from '../config';
import { childrenOf, ended, isAlive, signal, watchdog } from './child';
import type { Watchdog } from './child';
import { freePort } from './ports';
import { initialise, localPassword, localUser, postgresBinary, spawnPostgres } from './postgres-process';
import { ServerFailure } from './server-failure';

const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const pollMs = 25;
/** Seven services with their pools, the prover and a few people looking. */
const defaultMaxConnections = 300;

export interface PostgresOptions {
  /** Where the data lives; kept between runs. Without it: a temporary folder, removed by stop(). */
  dir?: string;
  port?: number;
  /** False trades crash safety for speed: only for databases that are thrown away. Default true. */
  durable?: boolean;
  maxConnections?: number;
  /** Further server settings, by their PostgreSQL names. */
  settings?: Record<string, string>;
  logFile?: string;
  /** False leaves the server running when this process ends without stopping it. Default true. */
  stopWithParent?: boolean;
}

/** Starts a private PostgreSQL on the loopback address. Throws a ServerFailure that says what to do. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const dir = options.dir
    ? resolve(options.dir)
    : join(mkdtempSync(join(testingConfig.temporaryFolder(), 'florin-pg-')), 'data');
  mkdirSync(dirname(dir), { recursive: true });
  const server = new PostgresServer(dir, options.port ?? (await freePort()), options);
  await server.start();
  return server;
}

export class PostgresServer {
  readonly logFile: string;
  private child: ChildProcess | undefined;
  private guard: Watchdog | undefined;

  constructor(
    readonly dir: string,
    readonly port: number,
    private readonly options: PostgresOptions,
  ) {
    this.logFile = options.logFile ? resolve(options.logFile) : `${dir}.log`;
  }

  /** Connection address of a database on this server. */
  url(database = 'postgres'): string {
    return `postgres://${localUser}:${localPassword}@127.0.0.1:${this.port}/${database}`;
  }

  /** Process id of the server, while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Starts it, on the data that is there or on a new cluster, and waits until it takes connections. */
  async start(): Promise<void> {
    if (this.running) return;
    const durable = this.options.durable ?? true;
    if (!existsSync(join(this.dir, 'PG_VERSION'))) await initialise(this.dir, durable, this.logFile);
    this.refuseForeignData();
    const deadline = Date.now() + startTimeoutMs;
    while (!(await this.attempt(deadline))) {
      // After a kill the old backends may still be leaving: the server refuses to start until they have.
      if (Date.now() > deadline) {
        throw new ServerFailure(
          `PostgreSQL did not start on port ${this.port}.`,
          'see the log; a port in use or a full disk are the usual causes',
          this.logFile,
        );
      }
      await pause(200);
    }
    const pid = this.child?.pid;
    if (pid === undefined || this.options.stopWithParent === false) return;
    this.guard = watchdog({ pid, stopSignal: 'INT', removeFolder: this.options.dir ? '' : dirname(this.dir) });
  }

  /** Ends it in order: sessions are cut, everything committed is on disk. Removes the data of a temporary server. */
  async stop(): Promise<void> {
    const child = this.child;
    if (child?.pid !== undefined && this.running) {
      signal(child.pid, 'SIGINT');
      if (!(await ended(child, stopTimeoutMs))) await this.kill();
    }
    this.guard?.release();
    this.child = undefined;
    if (!this.options.dir) rmSync(dirname(this.dir), { recursive: true, force: true });
  }

  /** As a power cut would: SIGKILL to the server and every one of its processes. */
  async kill(): Promise<void> {
    const child = this.child;
    if (child?.pid === undefined) return;
    const family = [child.pid, ...childrenOf(child.pid)];
    for (const pid of family) signal(pid, 'SIGKILL');
    await ended(child, stopTimeoutMs);
    while (family.some(isAlive)) await pause(pollMs);
    this.guard?.release();
    this.child = undefined;
  }

  /** Starts it again on the same data and port, after kill() or while it runs. */
  async restart(): Promise<void> {
    if (this.running && this.child?.pid !== undefined) {
      signal(this.child.pid, 'SIGINT');
      await ended(this.child, stopTimeoutMs);
      this.guard?.release();
    }
    this.child = undefined;
    await this.start();
  }

  private settings(): Record<string, string> {
    // Without fsync a commit still reaches the operating system: it survives kill(), not a power cut.
    const quick = { fsync: 'off', full_page_writes: 'off', max_wal_size: '2GB', checkpoint_timeout: '30min' };
    return {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: String(this.options.maxConnections ?? defaultMaxConnections),
      shared_buffers: '128MB',
      ...((this.options.durable ?? true) ? {} : quick),
      ...this.options.settings,
    };
  }

  /** True once ready; false when this attempt ended and another is worth while. */
  private async attempt(deadline: number): Promise<boolean> {
    const child = spawnPostgres(this.dir, this.port, this.settings(), this.logFile);
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    child.unref();
    while (Date.now() < deadline) {
      if (failure)
        throw new ServerFailure(`PostgreSQL could not be run: ${failure.message}.`, 'run `npm ci` again', this.logFile);
      if (child.exitCode !== null || child.signalCode !== null) return false;
      if (this.isReady(child.pid)) {
        this.child = child;
        return true;
      }
      await pause(pollMs);
    }
    child.kill('SIGKILL');
    return false;
  }

  /** PostgreSQL writes its state into the eighth line of postmaster.pid. */
  private isReady(pid: number | undefined): boolean {
    const lines = this.pidFile();
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  }

  private pidFile(): string[] {
    const file = join(this.dir, 'postmaster.pid');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  }

  private refuseForeignData(): void {
    const ours = versionOf(postgresBinary('postgres'));
    const theirs = readFileSync(join(this.dir, 'PG_VERSION'), 'utf8').trim();
    if (ours && theirs !== ours) {
      throw new ServerFailure(
        `The data in ${this.dir} was written by PostgreSQL ${theirs}; this is ${ours}.`,
        'start with --reset to begin with empty data',
        this.logFile,
      );
    }
    const pid = Number(this.pidFile()[0]);
    const port = Number(this.pidFile()[3]);
    if (pid && port && isAlive(pid) && this.pidFile()[7]?.trim() === 'ready' && isPostgres(pid)) {
      throw new ServerFailure(
        `A PostgreSQL already runs on ${this.dir} (process ${pid}, port ${port}).`,
        `stop it first: kill -INT ${pid}`,
        this.logFile,
      );
    }
  }
}

/** The package's version is the server's: its major number must be the one that wrote the data. */
function versionOf(binary: string): string | undefined {
  const manifest = JSON.parse(readFileSync(join(dirname(binary), '..', '..', 'package.json'), 'utf8')) as {
    version?: string;
  };
  return manifest.version?.split('.')[0];
}

/** A process id from before a crash may belong to anybody by now. */
function isPostgres(pid: number): boolean {
  const file = `/proc/${pid}/comm`;
  return !existsSync(file) || readFileSync(file, 'utf8').startsWith('postgres');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
