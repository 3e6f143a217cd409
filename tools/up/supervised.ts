import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { Failure } from './failure';
import { sendSignal } from './processes';
import { dist, node24, root } from './services';

const readyPollMs = 40;
const readyTimeoutMs = 90_000;
/** Longer than the services' own drain, which takes up to 20 s. */
const stopPatienceMs = 25_000;
const firstBackoffMs = 200;
const maxBackoffMs = 5_000;
/** A process that ran this long was well: the next death counts as the first again. */
const wellAfterMs = 15_000;

export interface SupervisedOptions {
  name: string;
  /** Compiled entry below dist/. */
  entry: string;
  env: Record<string, string>;
  logFile: string;
  port: number;
  nodeFlags?: string[];
  /** Bring it back when it dies. */
  restart: boolean;
  /** Told when it dies and comes back. */
  note: (text: string) => void;
  /** Told whenever there is a new process. */
  started?: () => void;
}

/** One Node process of the house: started, watched, brought back when it dies, stopped by its id. */
export class Supervised {
  private child: ChildProcess | undefined;
  private wanted = false;
  private deaths = 0;
  private bornAt = 0;
  private wasReady = false;
  private revival: NodeJS.Timeout | undefined;
  /** How often it came back since the house stands. */
  restarts = 0;
  /** From spawn to the first good /readyz, the last time. */
  readyAfterMs = 0;

  constructor(private readonly options: SupervisedOptions) {
    if (existsSync(options.logFile)) renameSync(options.logFile, `${options.logFile}.before`);
  }

  get name(): string {
    return this.options.name;
  }

  get pid(): number | undefined {
    return this.running ? this.child?.pid : undefined;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    this.wanted = true;
    if (!this.running) this.spawn();
    await this.ready();
  }

  /** Resolves when /readyz says yes; a process that ended before it ever was ready is a failure at once. */
  async ready(timeoutMs = readyTimeoutMs): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (await this.isReady()) {
        this.readyAfterMs ||= Date.now() - this.bornAt;
        this.wasReady = true;
        return;
      }
      if (!this.running && !this.wasReady) {
        throw new Failure(
          `${this.name} ended while starting (${this.lastWords()})`,
          'read the end of its log',
          this.options.logFile,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, readyPollMs));
    }
    throw new Failure(
      `${this.name} was not ready after ${timeoutMs / 1000} s`,
      'read the end of its log',
      this.options.logFile,
    );
  }

  /** SIGKILL, or another signal, as an outside force would: if it is to be brought back, it is. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.pid !== undefined) sendSignal(this.pid, signal);
  }

  /** Stops it in order, and starts it again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Stops it for good: asks first, insists later. */
  async stop(): Promise<void> {
    this.wanted = false;
    clearTimeout(this.revival);
    const child = this.child;
    if (!child || !this.running) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const insist = setTimeout(() => {
      this.options.note(`${this.name} did not stop within ${stopPatienceMs / 1000} s and was ended`);
      child.kill('SIGKILL');
    }, stopPatienceMs);
    await gone;
    clearTimeout(insist);
  }

  private spawn(): void {
    const log = openSync(this.options.logFile, 'a');
    const flags = [...(this.options.nodeFlags ?? []), '--require', join(dist, 'tools/up/follow-parent.js')];
    this.bornAt = Date.now();
    this.readyAfterMs = 0;
    const child = spawn(node24, [...flags, join(dist, this.options.entry)], {
      cwd: root,
      env: this.options.env,
      // A group of its own: Ctrl-C on the terminal reaches the launcher alone, which stops everything in order.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.child = child;
    child.once('error', (error) => this.options.note(`${this.name} could not be started: ${error.message}`));
    child.once('exit', () => this.died(child));
    this.options.started?.();
  }

  private died(child: ChildProcess): void {
    if (!this.wanted || child !== this.child || !this.options.restart || !this.wasReady) return;
    if (Date.now() - this.bornAt > wellAfterMs) this.deaths = 0;
    const waitMs = Math.min(firstBackoffMs * 2 ** this.deaths, maxBackoffMs);
    this.deaths += 1;
    const text = `${this.name} ended (${this.lastWords()}); it is started again in ${waitMs / 1000} s`;
    appendFileSync(this.options.logFile, `--- ${new Date().toISOString()} ${text}\n`);
    this.options.note(text);
    this.revival = setTimeout(() => {
      this.restarts += 1;
      this.spawn();
    }, waitMs);
  }

  private lastWords(): string {
    const { signalCode, exitCode } = this.child ?? {};
    return signalCode ?? `status ${exitCode ?? 'unknown'}`;
  }

  private async isReady(): Promise<boolean> {
    if (!this.running) return false;
    try {
      const answer = await request(`${this.url}/readyz`, { headersTimeout: 2_000, bodyTimeout: 2_000 });
      await answer.body.dump();
      return answer.statusCode === 200;
    } catch {
      // Not listening yet is the usual answer while it starts.
      return false;
    }
  }
}
