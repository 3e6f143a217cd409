import { corkPerTurn } from '@florin/kernel';
import { Logger } from '@nestjs/common';
import { types, type Pool, type PoolClient, type PoolConfig } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Duplex } from 'node:stream';
import type { DatabaseConfig } from './config';
import { unavailable } from './errors';
import { forgetPool, watchPool } from './metrics';

/** Longer than any sane wait for a connection, shorter than a client's patience. */
const connectTimeoutMs = 5_000;

/** Callers that may wait for a connection; those after them get an answer at once instead of a timeout. */
const waitingLimit = 1_000;

/** Past the server's own statement timeout the network is to blame: the socket is closed instead of waited for. */
const networkGraceMs = 5_000;

const int8 = 20;
const int8Array = 1016;
const date = 1082;

/** A bigint as a number, exactly, or not at all: a rounded balance would be worse than an error. */
function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`The integer ${text} does not fit a JavaScript number exactly`);
  return value;
}

type Parse = (text: string) => unknown;

/** The driver's parser for a type; its declarations list only some of the types that it knows. */
function driverParser(oid: number, format?: string): Parse {
  return (types.getTypeParser as (oid: number, format?: string) => Parse)(oid, format);
}

const parsers = new Map<number, Parse>([
  [int8, exactNumber],
  [int8Array, (text) => eachOf(driverParser(int8Array)(text))],
  // A day has no time zone; the driver would give midnight in the server process's zone.
  [date, (text) => text],
]);

function eachOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(eachOf);
  return typeof value === 'string' ? exactNumber(value) : value;
}

type Limits = Pick<
  DatabaseConfig,
  | 'DATABASE_POOL_SIZE'
  | 'DATABASE_STATEMENT_TIMEOUT_MS'
  | 'DATABASE_LOCK_TIMEOUT_MS'
  | 'DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS'
>;

/**
 * Statements are prepared and keep one plan each: planning a statement over sets and partitions anew costs several times
 * what running it does. Whatever the parameters, our statements go through an index, also while a table is still small and
 * was never analysed; a plan is made again when autovacuum has looked at its tables.
 */
const planning = '-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1';

/** What every connection of a service is opened with: limits, exact integers, pipelining. */
export function poolConfig(limits: Limits, name: string): PoolConfig {
  const statementTimeout = limits.DATABASE_STATEMENT_TIMEOUT_MS;
  return {
    application_name: name,
    max: limits.DATABASE_POOL_SIZE,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: statementTimeout,
    lock_timeout: limits.DATABASE_LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: limits.DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ...(statementTimeout > 0 && { query_timeout: statementTimeout + networkGraceMs }),
    options: planning,
    types: {
      getTypeParser: (oid: number, format?: string) =>
        (format !== 'binary' && parsers.get(oid)) || driverParser(oid, format),
    },
    ...{ pipeline: true },
  };
}

/** The options of a TypeORM DataSource on DATABASE_URL. */
export function dataSourceOptions(
  config: DatabaseConfig,
  service: string,
  entities: DataSourceOptions['entities'] = [],
): DataSourceOptions {
  const logger = new Logger('Database');
  return {
    type: 'postgres',
    url: config.DATABASE_URL,
    applicationName: service,
    poolSize: config.DATABASE_POOL_SIZE,
    connectTimeoutMS: connectTimeoutMs,
    entities,
    synchronize: false,
    installExtensions: false,
    poolErrorHandler: (error: Error) => logger.warn(`An idle connection was lost: ${error.message}`),
    extra: poolConfig(config, service),
  };
}

/** Opens a DataSource outside Nest: for tools, the prover and tests. Close it with `destroy()`. */
export async function openDataSource(
  config: DatabaseConfig,
  service: string,
  entities?: DataSourceOptions['entities'],
): Promise<DataSource> {
  const dataSource = await new DataSource(dataSourceOptions(config, service, entities)).initialize();
  const pool = poolOf(dataSource);
  watchPool(service, pool);
  const destroy = dataSource.destroy.bind(dataSource);
  dataSource.destroy = async () => {
    forgetPool(service, pool);
    await destroy();
  };
  return dataSource;
}

/** The driver's pool under a DataSource. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

const guarded = new WeakSet<PoolClient>();

/** Takes a connection, or refuses when too many wait already. Whoever takes it releases it. */
export async function takeConnection(pool: Pool): Promise<PoolClient> {
  if (pool.waitingCount >= waitingLimit)
    throw unavailable('database_overloaded', 'Too many requests wait for the database.', 1);
  const client = await pool.connect();
  if (!guarded.has(client)) {
    guarded.add(client);
    corkPerTurn(socketOf(client));
    // While it is out, the pool does not listen: a lost connection would end the process. The statement in flight gets the error.
    client.on('error', ignoreLoss);
  }
  return client;
}

/** The driver keeps its socket to itself. */
function socketOf(client: PoolClient): Duplex {
  return (client as unknown as { connection: { stream: Duplex } }).connection.stream;
}

function ignoreLoss(): void {
  // Reported by the statement that was running, or by the next one.
}
