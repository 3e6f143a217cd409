import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PostgresServer } from '../../libs/testing/src/servers/postgres';
import { createDatabases, dropDatabases } from './databases';
import { Failure } from './failure';
import { type Ports, freePorts, portsAgain, portsFrom, rememberPorts } from './ports';
import { identify } from './processes';
import { type Progress, silent } from './progress';
import { clearCrashedRun, liveRun, removeRun, type RunFile, writeRun } from './run-file';
import { type Secrets, secretsOf } from './secrets';
import { type Broker, type Servers, startServers, stopServers } from './servers';
import {
  databaseUrls,
  deskEnvironment,
  edgeEnvironment,
  edgeUrl,
  sandboxes,
  serviceEnvironment,
  serviceUrls,
  type Surroundings,
} from './service-env';
import { dist, root, type ServiceName, services } from './services';
import { Supervised } from './supervised';
/** A young generation of this size keeps a service well under 150 MiB at rest; a smaller one collects too often under load. */
const memoryFlags = ['--max-semi-space-size=16', '--max-old-space-size=512'];

export interface HouseOptions {
  /** Where it keeps everything: data, logs, secrets. Default: .local of the checkout. */
  dir?: string;
  /** First of the ports; 'free' takes any, 'same' those of the last time. Default: free. */
  ports?: number | 'free' | 'same';
  /** Forget what an earlier run left. */
  reset?: boolean;
  /** Bring a service back that dies. Default true. */
  restart?: boolean;
  /** Real fsync in PostgreSQL. Default true: the promise is about crashes. */
  durable?: boolean;
  redis?: boolean;
  /** Addresses of servers to use instead of own ones. */
  given?: { postgresUrl?: string; rabbitmqUrl?: string; redisUrl?: string };
  /** Only these services. Default: every one that is built. */
  services?: readonly ServiceName[];
  /** More environment for one service. */
  serviceEnv?: (service: ServiceName) => Record<string, string>;
  progress?: Progress;
  /** Gives up a start that is under way. */
  signal?: AbortSignal;
  /** Told what nobody asked for: a service that died and came back. */
  note?: (text: string) => void;
}

/**
 * Florin on one machine: servers, edge, desk, processor and the seven services, each a process of its own, in one folder.
 * npm start, the end-to-end tests, the benchmark and the chaos run all live in it.
 */
export class House {
  readonly logs: string;
  readonly clockFile: string;
  readonly secrets: Secrets;
  private servers: Servers | undefined;
  private readonly processes = new Map<string, Supervised>();
  private readonly startedAt = new Date();
  private readonly beganAt = performance.now();
  private run: RunFile['state'] = 'starting';
  private tookMs = 0;
  private readonly notes: string[] = [];

  private constructor(
    readonly dir: string,
    readonly ports: Ports,
    private readonly options: HouseOptions,
  ) {
    this.logs = join(dir, 'logs');
    this.clockFile = join(dir, 'clock.json');
    this.secrets = secretsOf(dir);
  }

  /** Prepares the folder and the ports; nothing runs yet. Ends what a crashed run left in the folder. */
  static async open(options: HouseOptions = {}): Promise<House> {
    const dir = resolve(options.dir ?? join(root, '.local'));
    mkdirSync(join(dir, 'logs'), { recursive: true, mode: 0o700 });
    const running = liveRun(dir);
    if (running)
      throw new Failure(
        `Florin already runs in ${dir} (process ${running.launcher.pid})`,
        `use it, or stop it first: kill ${running.launcher.pid}`,
      );
    const ended = await clearCrashedRun(dir);
    if (options.reset) forget(dir);
    const ports = await choosePorts(dir, options.ports);
    rememberPorts(dir, ports);
    const house = new House(dir, ports, options);
    if (ended > 0) house.remark(`${ended} processes of a run that crashed were ended`);
    return house;
  }

  /** Brings everything up and waits until it answers. Throws a Failure, with everything stopped again, when it cannot. */
  async up(): Promise<this> {
    const { signal } = this.options;
    const giveUp = (): void => void Promise.all([...this.processes.values()].map((one) => one.stop()));
    signal?.addEventListener('abort', giveUp);
    try {
      this.record();
      const { given = {}, durable = true, redis = true, progress = silent } = this.options;
      const { dir, logs, ports } = this;
      const servers = await startServers({ dir, logs, ports, given, durable, redis, progress });
      this.servers = servers;
      this.notes.push(...servers.notes);
      this.record();
      signal?.throwIfAborted();
      if (this.options.reset && given.postgresUrl !== undefined) await dropDatabases(servers.postgresUrl);
      await createDatabases(servers.postgresUrl);
      signal?.throwIfAborted();
      await this.startProcesses(servers, progress);
      this.run = 'up';
      this.tookMs = Math.round(performance.now() - this.beganAt);
      this.record();
      return this;
    } catch (error) {
      await this.down();
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Stops everything in order: who serves first, what they stand on last. */
  async down(): Promise<void> {
    await Promise.all([...this.processes.values()].map((one) => one.stop()));
    if (this.servers) await stopServers(this.servers);
    removeRun(this.dir);
  }

  /** As down(), and removes the folder: for houses that are thrown away. */
  async demolish(): Promise<void> {
    await this.down();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Base address of the edge. */
  get url(): string {
    return edgeUrl(this.ports);
  }

  get serviceUrls(): Record<string, string> {
    return serviceUrls(this.ports);
  }

  get databaseUrls(): Record<string, string> {
    return databaseUrls(this.standing());
  }

  get rabbitmqUrl(): string {
    return this.standing().rabbitmqUrl;
  }

  /** The house's own PostgreSQL, to kill and restart; undefined when the user brought one. */
  get postgres(): PostgresServer | undefined {
    return this.standing().postgres;
  }

  get broker(): Broker | undefined {
    return this.standing().broker;
  }

  /** A process by name: a service, edge, desk, processor or payouts. */
  process(name: string): Supervised {
    const found = this.processes.get(name);
    if (!found)
      throw new Failure(
        `there is no process ${name} in this house`,
        `choose one of ${[...this.processes.keys()].join(', ')}`,
      );
    return found;
  }

  /** The services that run here: those that are built and were asked for. */
  get running(): ServiceName[] {
    return services.filter((service) => this.processes.has(service));
  }

  /** Every process with its name, the servers included: what a benchmark measures. */
  get pids(): Record<string, number> {
    const own = [...this.processes.values()].map((one) => [one.name, one.pid] as const);
    const { postgres, broker, redis } = this.servers ?? {};
    const below = [
      ['postgres', postgres?.pid] as const,
      ['rabbitmq', broker?.pid] as const,
      ['redis', redis?.pid] as const,
    ];
    return Object.fromEntries(
      [...own, ...below].filter((entry): entry is readonly [string, number] => entry[1] !== undefined),
    );
  }

  /** The environment that a service runs with. */
  env(service: ServiceName): Record<string, string> {
    return { ...serviceEnvironment(service, this.surroundings()), ...this.options.serviceEnv?.(service) };
  }

  /** What the run file says of this house. */
  describe(): RunFile {
    const launcher = identify(process.pid);
    if (!launcher) throw new Error('This process does not find itself in the process table.');
    const { dir, ports, servers, secrets } = this;
    return {
      state: this.run,
      launcher,
      startedAt: this.startedAt.toISOString(),
      tookMs: this.tookMs,
      dir,
      url: this.url,
      services: Object.fromEntries(this.running.map((service) => [service, this.process(service).url])),
      databases: servers ? databaseUrls(servers) : {},
      rabbitmqUrl: servers?.rabbitmqUrl ?? '',
      redisUrl: servers?.redisUrl ?? null,
      processorUrl: `http://127.0.0.1:${ports['processor']}`,
      processorApiKey: secrets.processorApiKey,
      smtpPort: ports['smtp'] ?? 0,
      clockFile: this.clockFile,
      logs: this.logs,
      people: secrets.people,
      processes: Object.entries(this.pids).flatMap(([name, pid]) => {
        const known = identify(pid);
        return known ? [{ name, ...known }] : [];
      }),
      notes: this.notes,
    };
  }

  private async startProcesses(servers: Servers, progress: Progress): Promise<void> {
    const around = this.surroundings(servers);
    const wanted = (this.options.services ?? services).filter((service) => isBuilt(`apps/${service}/src/main.js`));
    const missing = services.filter((service) => !wanted.includes(service));
    if (missing.length > 0) this.remark(`not here: ${missing.join(', ')}`);
    for (const { name, entry, env } of sandboxes(around)) this.supervise(name, entry, env);
    this.supervise('desk', 'tools/edge/desk/main.js', deskEnvironment(around));
    this.supervise('edge', 'tools/edge/main.js', edgeEnvironment(around));
    for (const service of wanted)
      this.supervise(service, `apps/${service}/src/main.js`, this.env(service), memoryFlags);
    await progress(`${wanted.length} services, edge, mailbox, card processor and payout provider`, () =>
      Promise.all([...this.processes.values()].map((one) => one.start())),
    );
  }

  private supervise(
    name: string,
    entry: string,
    env: Record<string, string>,
    nodeFlags = ['--max-semi-space-size=8'],
  ): void {
    const supervised = new Supervised({
      name,
      entry,
      env,
      nodeFlags,
      logFile: join(this.logs, `${name}.log`),
      port: this.ports[name] ?? 0,
      restart: this.options.restart ?? true,
      note: (text) => this.remark(text),
      started: () => this.record(),
    });
    this.processes.set(name, supervised);
  }

  private surroundings(servers = this.standing()): Surroundings {
    const { dir, ports, secrets, clockFile } = this;
    return { dir, ports, servers, secrets, clockFile };
  }

  private standing(): Servers {
    if (!this.servers) throw new Failure('this house is not up yet', 'call up() first');
    return this.servers;
  }

  private remark(text: string): void {
    this.notes.push(text);
    this.options.note?.(text);
  }

  private record(): void {
    writeRun(this.describe());
  }
}

function isBuilt(entry: string): boolean {
  return existsSync(join(dist, entry));
}

function choosePorts(dir: string, wish: HouseOptions['ports']): Promise<Ports> {
  if (wish === 'same') return portsAgain(dir);
  return typeof wish === 'number' ? portsFrom(wish) : freePorts();
}

/** Data, not secrets: people keep their passwords over a reset. */
function forget(dir: string): void {
  const servers = ['postgres', 'rabbitmq', 'redis', 'desk', 'processor', 'payouts'];
  for (const name of [...servers, 'clock.json', 'demo.json', 'ports.json'])
    rmSync(join(dir, name), { recursive: true, force: true });
}
