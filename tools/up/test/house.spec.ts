import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { RunFile } from '../run-file';

/**
 * The launcher as people run it: the compiled main.js in a process of its own, with a folder of its own. The services are
 * left out here (FLORIN_SERVICES), they are tested end to end; this is about what stands around them.
 */
const root = join(__dirname, '../../..');
const node24 = join(root, 'node_modules/.bin/node');

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

class Launcher {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  private readonly child;

  constructor(dir: string, args: string[], env: Record<string, string> = {}) {
    this.child = spawn(node24, [join(root, 'dist/tools/up/main.js'), ...args], {
      env: { ...process.env, NODE_OPTIONS: '', FLORIN_DIR: dir, FLORIN_SERVICES: 'none', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) =>
      this.child.once('close', (status) => resolve({ status, stdout: this.stdout, stderr: this.stderr })),
    );
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async says(text: string): Promise<void> {
    const ended = this.ended.then(() => {
      throw new Error(`it ended without saying "${text}":\n${this.stdout}${this.stderr}`);
    });
    await Promise.race([ended, until(() => this.stdout.includes(text), 60_000)]);
    ended.catch(() => undefined);
  }
}

async function until(condition: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`It did not happen within ${withinMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const runOf = (dir: string): RunFile => JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as RunFile;

/** Every process that works in this folder, by what the system says of its command line or working data. */
function processesOf(run: RunFile): number[] {
  return run.processes
    .map(({ pid }) => pid)
    .filter((pid) => {
      const file = `/proc/${pid}/stat`;
      return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'));
    });
}

describe('npm start', () => {
  jest.setTimeout(120_000);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'house-'));
  });

  afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

  it('prints the card, is found by a second start and by the status, and leaves nothing behind on Ctrl-C', async () => {
    const first = new Launcher(dir, ['--no-demo']);
    await first.says('Ctrl-C stops everything');
    expect(first.stdout).toMatch(/Florin is up · 0 of 7 services/);
    const run = runOf(dir);
    expect(Object.values(run.processes).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['edge', 'desk', 'processor', 'postgres', 'rabbitmq']),
    );
    for (const secret of ['run.json', 'secrets.json']) expect(statSync(join(dir, secret)).mode & 0o077).toBe(0);
    expect((await fetch(`${run.url}/dev/mail`)).status).toBe(200);
    expect((await fetch(`${run.url}/api/v1/orders`)).status).toBe(503);

    const second = await new Launcher(dir, ['--json', '--no-demo']).ended;
    expect(second.status).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ api: `${run.url}/api/v1`, services_of: 7 });
    const status = await new Launcher(dir, ['--status']).ended;
    for (const person of run.people) expect(status.stdout).toContain(person.password);
    expect((await new Launcher(dir, ['--reset']).ended).status).toBe(1);

    first.signal('SIGINT');
    expect((await first.ended).status).toBe(0);
    expect(processesOf(run)).toEqual([]);
    expect(existsSync(join(dir, 'run.json'))).toBe(false);
    expect((await new Launcher(dir, ['--status']).ended).stderr).toContain('does not run here');
  });

  it('brings back what dies, keeps its data and secrets over a restart, and forgets the data on --reset', async () => {
    const first = new Launcher(dir, ['--no-demo']);
    await first.says('Ctrl-C stops everything');
    const before = runOf(dir);
    const edge = before.processes.find(({ name }) => name === 'edge');
    process.kill(edge?.pid ?? 0, 'SIGKILL');
    await until(async () => (await fetch(`${before.url}/readyz`).catch(() => undefined))?.status === 200, 10_000);
    expect(runOf(dir).processes.find(({ name }) => name === 'edge')?.pid).not.toBe(edge?.pid);
    expect(first.stderr).toContain('edge ended (SIGKILL); it is started again');
    const client = new Client({ connectionString: before.databases['orders'] });
    await client.connect();
    await client.query('CREATE TABLE kept (id int)');
    await client.end();
    first.signal('SIGTERM');
    await first.ended;

    const tables = async (args: string[]): Promise<number> => {
      const launcher = new Launcher(dir, ['--no-demo', ...args]);
      await launcher.says('Ctrl-C stops everything');
      const run = runOf(dir);
      expect(run.people).toEqual(before.people);
      const again = new Client({ connectionString: run.databases['orders'] });
      await again.connect();
      const { rowCount } = await again.query(`SELECT 1 FROM pg_tables WHERE tablename = 'kept'`);
      await again.end();
      launcher.signal('SIGHUP');
      expect((await launcher.ended).status).toBe(0);
      return rowCount ?? 0;
    };
    expect(await tables([])).toBe(1);
    expect(await tables(['--reset'])).toBe(0);
  });

  it('ends everything when it is killed itself, and the next start works', async () => {
    const first = new Launcher(dir, ['--no-demo']);
    await first.says('Ctrl-C stops everything');
    const run = runOf(dir);
    first.signal('SIGKILL');
    await first.ended;
    await until(() => processesOf(run).length === 0, 15_000);
    const next = await new Launcher(dir, ['--no-demo', '--once']).ended;
    expect(next).toMatchObject({ status: 0 });
  });

  it('says in plain words what is wrong, and ends with 1', async () => {
    const taken = execFileSync(node24, [
      '-e',
      'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})',
    ])
      .toString()
      .trim();
    const down = await new Launcher(dir, ['--no-demo'], { DATABASE_URL: `postgres://nobody@127.0.0.1:${taken}/x` })
      .ended;
    expect(down.status).toBe(1);
    expect(down.stderr).toMatch(/It did not work: PostgreSQL at 127\.0\.0\.1:\d+ cannot be reached/);
    expect(down.stderr).toContain('What to do:');
    for (const wrong of [
      ['--prot-base', '1'],
      ['--port-base', 'x'],
    ]) {
      const refused = await new Launcher(dir, wrong).ended;
      expect([refused.status, refused.stderr.includes('What to do')]).toEqual([1, true]);
    }
  });

  it('stops in the middle of a start without leaving anything', async () => {
    const first = new Launcher(dir, ['--no-demo']);
    await until(() => existsSync(join(dir, 'run.json')) && runOf(dir).processes.length >= 2, 60_000);
    const run = runOf(dir);
    first.signal('SIGINT');
    expect((await first.ended).status).toBe(130);
    expect(processesOf(run)).toEqual([]);
  });
});
