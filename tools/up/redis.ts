import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { watchdog, type Watchdog } from '../../libs/testing/src/servers/child';
import { isListening } from '../../libs/testing/src/servers/ports';
import { Failure } from './failure';

const startTimeoutMs = 15_000;
const pollMs = 25;

/** A private Redis that keeps nothing on disk: whatever is in it may be lost at any time, by design. */
export class RedisServer {
  private child: ChildProcess | undefined;
  private guard: Watchdog | undefined;

  constructor(
    private readonly binary: string,
    readonly port: number,
    private readonly dir: string,
    private readonly logFile: string,
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  async start(): Promise<void> {
    mkdirSync(this.dir, { recursive: true });
    const log = openSync(this.logFile, 'a');
    const args = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      this.dir,
      '--maxmemory',
      '128mb',
      '--maxmemory-policy',
      'allkeys-lru',
    ];
    const child = spawn(this.binary, args, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    this.child = child;
    const deadline = Date.now() + startTimeoutMs;
    while (!(await isListening(this.port))) {
      if (failure || child.exitCode !== null || Date.now() > deadline) {
        throw new Failure(
          `Redis did not start${failure ? `: ${failure.message}` : ''}`,
          'read its log, or give REDIS_URL',
          this.logFile,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    if (child.pid !== undefined) this.guard = watchdog({ pid: child.pid, stopSignal: 'TERM' });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await gone;
    this.guard?.release();
  }

  kill(): Promise<void> {
    return this.stop('SIGKILL');
  }
}
