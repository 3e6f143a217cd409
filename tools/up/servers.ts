import { join } from 'node:path';
import { startBroker } from '../../libs/testing/src/servers/rabbitmq';
import { type PostgresServer, startPostgres } from '../../libs/testing/src/servers/postgres';
import { ContainerBroker } from './container-broker';
import { provideRabbitmq, provideRedis } from './installing';
import type { Ports } from './ports';
import type { Progress } from './progress';
import { RedisServer } from './redis';

/** What the house needs of a broker, wherever it runs. */
export interface Broker {
  readonly url: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** The servers that the house owns; one that the user brought is not here, only its address. */
export interface Servers {
  postgresUrl: string;
  rabbitmqUrl: string;
  redisUrl: string | undefined;
  postgres: PostgresServer | undefined;
  broker: Broker | undefined;
  redis: RedisServer | undefined;
  notes: string[];
}

export interface ServerOptions {
  dir: string;
  logs: string;
  ports: Ports;
  /** Addresses of servers that the user brought. */
  given: { postgresUrl?: string; rabbitmqUrl?: string; redisUrl?: string };
  /** False for runs that are thrown away and never pull the plug. */
  durable: boolean;
  redis: boolean;
  progress: Progress;
}

/** Starts PostgreSQL, RabbitMQ and Redis side by side; stops those that did when one does not. */
export async function startServers(options: ServerOptions): Promise<Servers> {
  const { given, progress } = options;
  const notes: string[] = [];
  const servers: Servers = {
    postgresUrl: given.postgresUrl ?? '',
    rabbitmqUrl: given.rabbitmqUrl ?? '',
    redisUrl: given.redisUrl,
    postgres: undefined,
    broker: undefined,
    redis: undefined,
    notes,
  };
  const postgres = async (): Promise<void> => {
    if (given.postgresUrl !== undefined) return;
    servers.postgres = await progress('PostgreSQL', () => startOwnPostgres(options));
    servers.postgresUrl = servers.postgres.url();
  };
  const rabbitmq = async (): Promise<void> => {
    if (given.rabbitmqUrl !== undefined) return;
    servers.broker = await progress('RabbitMQ', () => startOwnBroker(options));
    servers.rabbitmqUrl = servers.broker.url;
  };
  const redis = async (): Promise<void> => {
    if (given.redisUrl !== undefined || !options.redis) return;
    const binary = await provideRedis(join(options.logs, 'install.log'));
    if (binary === undefined) {
      notes.push('Redis is not here: rate limits and caches are kept by each service for itself');
      return;
    }
    const server = new RedisServer(
      binary,
      options.ports['redis'] ?? 0,
      join(options.dir, 'redis'),
      join(options.logs, 'redis.log'),
    );
    servers.redis = server;
    await progress('Redis', () => server.start());
    servers.redisUrl = server.url;
  };
  // Installing both at once would make the package manager wait for itself.
  const outcomes = await Promise.allSettled([postgres(), rabbitmq().then(redis)]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (!failed) return servers;
  await stopServers(servers);
  throw failed.reason;
}

export async function stopServers({ postgres, broker, redis }: Servers): Promise<void> {
  await Promise.all([postgres?.stop(), broker?.stop(), redis?.stop()]);
}

function startOwnPostgres({ dir, logs, ports, durable }: ServerOptions): Promise<PostgresServer> {
  return startPostgres({
    dir: join(dir, 'postgres'),
    port: ports['postgres'],
    durable,
    logFile: join(logs, 'postgres.log'),
  });
}

async function startOwnBroker({ dir, logs, ports }: ServerOptions): Promise<Broker> {
  const port = ports['rabbitmq'] ?? 0;
  const source = await provideRabbitmq(join(logs, 'install.log'));
  if (source === 'installed') return startBroker({ dir: join(dir, 'rabbitmq'), port });
  const container = new ContainerBroker(port, join(logs, 'install.log'));
  await container.start();
  return container;
}
