import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { jwksUrl, testAudience, testIssuer } from '@florin/testing';

const root = join(__dirname, '../../../..');

/** One line of the service's log. */
export type LogLine = Record<string, unknown> & { msg?: string; url?: string };

/** The fixture service as a process of its own, as it runs in production: for signals, exit codes and output. */
export class NotesProcess {
  readonly lines: LogLine[] = [];
  errors = '';
  private readonly exit: Promise<number | null>;

  private constructor(private readonly child: ReturnType<typeof launch>) {
    let partial = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (partial + chunk.toString()).split('\n');
      partial = parts.pop() ?? '';
      this.lines.push(...parts.map((line) => JSON.parse(line) as LogLine));
    });
    child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.exit = once(child, 'close').then(([code]) => code as number | null);
  }

  private static readonly running = new Set<NotesProcess>();
  private static built = false;

  static start(env: Record<string, string>): NotesProcess {
    if (!this.built) execFileSync(process.execPath, [join(root, 'tools/build/build.mjs')]);
    this.built = true;
    const started = new NotesProcess(launch(env));
    this.running.add(started);
    void started.exit.then(() => this.running.delete(started));
    return started;
  }

  /** Ends what a failed test left running. */
  static async endAll(): Promise<void> {
    const left = [...this.running];
    for (const one of left) one.signal('SIGKILL');
    await Promise.all(left.map((one) => one.exit));
  }

  /** Settings that are complete, for a process on this database and broker. */
  static async settings(database: string, broker: { url: string; namespace: string }): Promise<Record<string, string>> {
    return {
      LOCAL_RUN: 'true',
      PORT: '0',
      DATABASE_URL: database,
      RABBITMQ_URL: broker.url,
      MESSAGING_NAMESPACE: broker.namespace,
      JWKS_URL: await jwksUrl(),
      JWT_ISSUER: testIssuer,
      JWT_AUDIENCE: testAudience,
    };
  }

  /** The address, once it is up. Fails with what it printed when it ends before that. */
  async url(): Promise<string> {
    const gone = this.exit.then((code) => {
      throw new Error(`ended with ${code}: ${this.errors}`);
    });
    gone.catch(() => undefined);
    for (;;) {
      const url = this.lines.find((line) => line.msg === 'notes is up')?.url;
      if (url) return url;
      await Promise.race([gone, new Promise((done) => setTimeout(done, 50))]);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  exitCode(): Promise<number | null> {
    return this.exit;
  }
}

function launch(env: Record<string, string>) {
  return spawn(process.execPath, [join(root, 'dist/libs/service-host/test/notes/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
