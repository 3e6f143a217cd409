import 'reflect-metadata';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Pool, types as builtin } from 'pg';
import type { Clock } from '@florin/kernel';
import { withEnvironment } from './config';
import { HttpClient } from './http-client';
import { testBroker } from './test-broker';
import type { TestBroker } from './test-broker';
import { testDatabase } from './test-database';
import type { MigrationClass, TestDatabase } from './test-database';
import { jwksUrl, testAudience, testIssuer } from './tokens';

export interface StartServiceOptions {
  /** Makes the database a copy of a migrated template, which is quicker than migrating at each start. */
  migrations?: MigrationClass[];
  /** A database made before, which close() then leaves alone. */
  database?: TestDatabase;
  /** Share one namespace between services that should hear each other. Default: one of its own. */
  broker?: TestBroker;
  /** Default 'api,worker,relay'. */
  roles?: string;
  /** False does not wait until the service hears everything it subscribed to; for tests with a broker that is down. Default true. */
  waitForConsumers?: boolean;
  /** Instead of the system's clock. */
  clock?: Clock;
  /** Further settings, or other values for the ones that the harness gives. */
  env?: Record<string, string>;
}

export interface StartedService {
  app: NestFastifyApplication;
  url: string;
  http: HttpClient;
  database: TestDatabase;
  broker: TestBroker;
  /** Runs SQL on the service's own database. int8 comes back as a number. */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Shuts it down in the documented order, and drops its database. */
  close(): Promise<void>;
}

/** What ServiceHostModule of @florin/service-host can do: boot the application that it is part of. */
interface Bootable {
  boot(module: Type, options: { clock?: Clock; waitForConsumers: boolean }): Promise<NestFastifyApplication>;
}

/**
 * Boots a service as its main.ts does, in this process: on a free port, with a database and a broker namespace of
 * its own, trusting tokens of tokenFor(). It counts as a local run, so secrets have their local defaults.
 */
export async function startService(module: Type, options: StartServiceOptions = {}): Promise<StartedService> {
  const [database, broker] = await Promise.all([
    options.database ?? testDatabase({ migrations: options.migrations }),
    options.broker ?? testBroker(),
  ]);
  const env = {
    LOCAL_RUN: 'true',
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    HOST: '127.0.0.1',
    PORT: '0',
    ROLES: options.roles ?? 'api,worker,relay',
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '5',
    RABBITMQ_URL: broker.url,
    MESSAGING_NAMESPACE: broker.namespace,
    JWKS_URL: await jwksUrl(),
    JWT_ISSUER: testIssuer,
    JWT_AUDIENCE: testAudience,
    PUBLIC_URL: 'http://127.0.0.1:4000',
    ...options.env,
  };
  const host = bootableOf(module);
  const app = await withEnvironment(env, () =>
    host.boot(module, { clock: options.clock, waitForConsumers: options.waitForConsumers ?? true }),
  );
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const pool = new Pool({ connectionString: database.url, max: 2, types: { getTypeParser: parserOf } });
  pool.on('error', () => undefined); // the database is dropped or killed on purpose
  return {
    app,
    url,
    http: new HttpClient(url),
    database,
    broker,
    query: async <Row>(sql: string, params: readonly unknown[] = []) =>
      (await pool.query(sql, [...params])).rows as Row[],
    close: async () => {
      await app.close();
      await pool.end();
      if (!options.database) await database.drop();
    },
  };
}

/** The application names its host among its imports. Found there, so that this lib does not depend on the libs that are tested with it. */
function bootableOf(module: Type): Bootable {
  const imports = (Reflect.getMetadata('imports', module) ?? []) as (Type | DynamicModule)[];
  for (const imported of imports) {
    const type = 'module' in imported ? imported.module : imported;
    if ('boot' in type && typeof type.boot === 'function') return type as unknown as Bootable;
  }
  throw new Error(`${module.name} does not import ServiceHostModule.forService(…), so nothing says how to boot it.`);
}

const int8 = 20;
type Parse = (text: string) => unknown;

function parserOf(oid: number, format?: string): Parse {
  if (oid === int8) return Number;
  return (builtin.getTypeParser as (oid: number, format?: string) => Parse)(oid, format);
}
