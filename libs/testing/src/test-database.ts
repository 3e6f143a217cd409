import { createHash, randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import type { MigrationInterface } from 'typeorm';
import { testingConfig } from './config';
import { startPostgres } from './servers/postgres';
import { sharedServer } from './servers/shared-server';

export type MigrationClass = new () => MigrationInterface;

export interface TestDatabase {
  /** Connection address of this database alone. */
  url: string;
  /** Removes it, and cuts whoever is still connected. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Run once per set; each database is then a copy of that template, which takes about 30 ms. Default: none. */
  migrations?: MigrationClass[];
}

/** A PostgreSQL database of its own for a test, on the server that the whole test run uses. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = await serverUrl();
  const migrations = options.migrations ?? [];
  const name = `t_${randomBytes(8).toString('hex')}`;
  const template = migrations.length > 0 ? await templateFor(server, migrations) : 'template1';
  await onServer(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    url: withDatabase(server, name),
    drop: () =>
      onServer(server, async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

function serverUrl(): Promise<string> {
  const given = testingConfig.databaseUrl();
  if (given) return Promise.resolve(given);
  return sharedServer('postgres', async (folder) => {
    chmodSync(folder, 0o711); // root starts it as another user, who must be able to enter
    chmodSync(join(folder, '..'), 0o711);
    const server = await startPostgres({ dir: join(folder, 'data'), durable: false, stopWithParent: false });
    const processes = [{ pid: server.pid ?? 0, signal: 'INT' as const }];
    return { url: server.url(), port: server.port, processes, folder };
  });
}

/** A migration that was changed makes another template: its code is part of the name. */
async function templateFor(server: string, migrations: MigrationClass[]): Promise<string> {
  const hash = createHash('sha256');
  for (const migration of migrations) hash.update(`${migration.name}\n${migration.toString()}\n`);
  const template = `template_${hash.digest('hex').slice(0, 24)}`;
  await onServer(server, async (client) => {
    // One test process migrates, the others wait for it. The lock goes with the connection.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [template]);
    const existing = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (existing.rowCount) return;
    await client.query(`DROP DATABASE IF EXISTS ${template}_unfinished WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${template}_unfinished TEMPLATE template1`);
    await migrate(withDatabase(server, `${template}_unfinished`), migrations);
    await client.query(`ALTER DATABASE ${template}_unfinished RENAME TO ${template}`);
  });
  return template;
}

async function migrate(url: string, migrations: MigrationClass[]): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
  });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

async function onServer<T>(server: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}
