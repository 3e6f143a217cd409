import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { testingConfig } from '../config';
import { ended, signal, watchdog } from './child';
import type { Watchdog } from './child';
import { freePort, isListening } from './ports';
import { lightInstallation } from './rabbitmq-installation';
import { ServerFailure } from './server-failure';

const startTimeoutMs = 90_000;
const stopTimeoutMs = 30_000;
const pollMs = 50;
/** Where packages put the real scripts: the one on Debian's PATH changes user and uses the system's own node. */
const knownFolders = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin', '/opt/rabbitmq/sbin'];
const install =
  'install it: `apt-get install rabbitmq-server`, `brew install rabbitmq`, or point RABBITMQ_URL at a broker of yours';

export interface BrokerOptions {
  /** Where the data lives; kept between runs. Without it: a temporary folder, removed by stop(). */
  dir?: string;
  /** AMQP port on the loopback address. */
  port?: number;
  /** Further lines of rabbitmq.conf. */
  config?: string[];
  /** False leaves the broker running when this process ends without stopping it. Default true. */
  stopWithParent?: boolean;
}

/** The server script of an installed RabbitMQ, or undefined. */
export function findRabbitmq(): string | undefined {
  const candidates = [...knownFolders, ...testingConfig.searchPath()].map((folder) => join(folder, 'rabbitmq-server'));
  const script = candidates.find(
    (path) => existsSync(path) && existsSync(join(dirname(realpathSync(path)), 'rabbitmq-env')),
  );
  return script && realpathSync(script);
}

/** Starts a private RabbitMQ node on the loopback address, with its own data, ports, cookie and name. Throws a ServerFailure that says what to do. */
export async function startBroker(options: BrokerOptions = {}): Promise<BrokerServer> {
  const dir = options.dir ? resolve(options.dir) : mkdtempSync(join(testingConfig.temporaryFolder(), 'florin-mq-'));
  mkdirSync(dir, { recursive: true });
  const server = new BrokerServer(dir, options.port ?? (await freePort()), options);
  await server.start();
  return server;
}

export class BrokerServer {
  readonly logFile: string;
  private beam: ChildProcess | undefined;
  private nameServer: ChildProcess | undefined;
  private guard: Watchdog | undefined;

  constructor(
    readonly dir: string,
    readonly port: number,
    private readonly options: BrokerOptions,
  ) {
    this.logFile = join(dir, 'rabbitmq.log');
  }

  /** Connection address: the guest account, which RabbitMQ lets in from the loopback address only. */
  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  /** Process id of the Erlang machine itself. */
  get pid(): number | undefined {
    return this.beam?.pid;
  }

  /** Process id of its private Erlang name server. */
  get nameServerPid(): number | undefined {
    return this.nameServer?.pid;
  }

  get running(): boolean {
    return this.beam !== undefined && this.beam.exitCode === null && this.beam.signalCode === null;
  }

  /** Starts the node on the data that is there, and waits until it takes connections. */
  async start(): Promise<void> {
    if (this.running) return;
    const script = findRabbitmq();
    if (!script) throw new ServerFailure('RabbitMQ is not installed on this machine.', install);
    if (await isListening(this.port)) {
      throw new ServerFailure(
        `Port ${this.port} is taken, so RabbitMQ cannot start there.`,
        'stop what listens there, or choose another port',
      );
    }
    const [epmdPort, distributionPort] = [await freePort(), await freePort()];
    const environment = {
      ...this.environment(epmdPort, distributionPort),
      ...lightInstallation(script, join(this.dir, 'server')),
    };
    this.nameServer = this.run('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], environment);
    this.nameServer.once('error', () => undefined); // not on the PATH: the node then starts one by itself
    while (this.nameServer.exitCode === null && this.nameServer.pid !== undefined && !(await isListening(epmdPort)))
      await pause(pollMs);
    const beam = this.run(script, [], environment);
    this.beam = beam;
    await this.untilReady(beam);
    if (beam.pid === undefined || this.options.stopWithParent === false) return;
    const alsoKill = this.nameServer.pid === undefined ? [] : [this.nameServer.pid];
    this.guard = watchdog({
      pid: beam.pid,
      stopSignal: 'TERM',
      alsoKill,
      removeFolder: this.options.dir ? '' : this.dir,
    });
  }

  /** Ends the node in order. Removes the data of a temporary one. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    if (!this.options.dir) rmSync(this.dir, { recursive: true, force: true });
  }

  /**
   * As a power cut would: SIGKILL to the Erlang machine and its port programs. RabbitMQ 3.10 needs about a second
   * after declaring a quorum queue until that queue survives this; messages in older queues survive at once.
   */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Starts it again on the same data and port, after kill() or while it runs. */
  async restart(): Promise<void> {
    if (this.running) await this.end('SIGTERM');
    await this.start();
  }

  private async end(how: NodeJS.Signals): Promise<void> {
    const beam = this.beam;
    if (beam?.pid !== undefined && this.running) {
      // A negative id means the whole group: the machine and the port programs it has started.
      signal(how === 'SIGKILL' ? -beam.pid : beam.pid, how);
      if (!(await ended(beam, stopTimeoutMs))) {
        signal(-beam.pid, 'SIGKILL');
        await ended(beam, stopTimeoutMs);
      }
    }
    if (this.nameServer?.pid !== undefined) {
      signal(this.nameServer.pid, 'SIGKILL');
      await ended(this.nameServer, stopTimeoutMs);
    }
    this.guard?.release();
    this.beam = undefined;
    this.nameServer = undefined;
  }

  private run(file: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
    const log = openSync(this.logFile, 'a');
    try {
      const child = spawn(file, args, { cwd: this.dir, detached: true, stdio: ['ignore', log, log], env });
      child.unref();
      return child;
    } finally {
      closeSync(log);
    }
  }

  private async untilReady(beam: ChildProcess): Promise<void> {
    const deadline = Date.now() + startTimeoutMs;
    let failure: Error | undefined;
    beam.once('error', (error) => (failure = error));
    while (!(await isListening(this.port))) {
      const gone = failure !== undefined || beam.exitCode !== null || beam.signalCode !== null;
      if (gone || Date.now() > deadline) {
        await this.end('SIGKILL');
        const reason =
          failure?.message ??
          (gone ? `it ended with code ${beam.exitCode ?? beam.signalCode}` : 'it was not ready in time');
        throw new ServerFailure(
          `RabbitMQ did not start on port ${this.port}: ${reason}.`,
          'see the log; --reset begins with empty data',
          this.logFile,
        );
      }
      await pause(pollMs);
    }
  }

  private environment(epmdPort: number, distributionPort: number): NodeJS.ProcessEnv {
    const inDir = (name: string) => join(this.dir, name);
    for (const folder of ['data', 'log', 'home']) mkdirSync(inDir(folder), { recursive: true });
    const config = [
      `listeners.tcp.1 = 127.0.0.1:${this.port}`,
      'log.console = true',
      'log.console.level = info',
      'log.file = false',
      'vm_memory_high_watermark.absolute = 1GiB',
      'disk_free_limit.absolute = 200MB',
      ...(this.options.config ?? []),
    ];
    writeFileSync(inDir('rabbitmq.conf'), `${config.join('\n')}\n`);
    writeFileSync(inDir('enabled_plugins'), '[].\n');
    const outside = Object.entries(testingConfig.environment()).filter(
      ([name]) => !name.startsWith('RABBITMQ_') && !name.startsWith('ERL_'),
    );
    return {
      ...Object.fromEntries(outside),
      HOME: inDir('home'),
      RUNNING_UNDER_SYSTEMD: 'true', // the script then becomes the Erlang machine, so our child is the broker itself
      RABBITMQ_NODENAME: 'florin@localhost', // not from the port: the data belongs to the name, and the name server is private
      RABBITMQ_NODE_PORT: String(this.port),
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_MNESIA_BASE: inDir('data'),
      RABBITMQ_LOG_BASE: inDir('log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_CONFIG_FILE: inDir('rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: inDir('no-environment'),
      RABBITMQ_ADVANCED_CONFIG_FILE: inDir('no-advanced.config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inDir('enabled_plugins'),
      RABBITMQ_GENERATED_CONFIG_DIR: inDir('generated'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(epmdPort),
    };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
