import 'reflect-metadata';
import { testDatabase, type TestDatabase } from '@florin/testing';
import type { QueryRunner } from 'typeorm';
import { databaseMigrations, describeSchema, migrate, pendingMigrations, rollBack } from '../src';
import { openFixture } from './fixture';

class MakeA1700000000001 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE a (id integer PRIMARY KEY, n integer)');
    await runner.query('SELECT pg_sleep(0.3)'); // long enough for a second process to arrive
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE a');
  }
}

class IndexA1700000000002 {
  transaction = false;
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX CONCURRENTLY a_n ON a (n)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX CONCURRENTLY a_n');
  }
}

class Broken1700000000003 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half (id integer)');
    await runner.query('SELECT no_such_function()');
  }
  async down(): Promise<void> {}
}

class BadIndex1700000000004 {
  transaction = false;
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO a VALUES (1, 1), (2, 1)');
    await runner.query('CREATE UNIQUE INDEX CONCURRENTLY a_once ON a (n)').catch(() => undefined);
  }
  async down(): Promise<void> {}
}

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(() => database.drop());

it('K8S-27: two services that start at once run each migration once', async () => {
  const options = { url: database.url, migrations: [IndexA1700000000002, MakeA1700000000001] };
  const runs = await Promise.all([migrate(options), migrate(options), migrate(options)]);
  expect(runs.flat()).toEqual(['MakeA1700000000001', 'IndexA1700000000002']);
  expect(await migrate(options)).toEqual([]);
});

it('K8S-27: a rollback takes back the newest migrations and leaves the schema as it was', async () => {
  const options = { url: database.url, migrations: [...databaseMigrations, MakeA1700000000001, IndexA1700000000002] };
  const schema = async () => {
    const { dataSource, close } = await openFixture({ DATABASE_URL: database.url });
    const text = await describeSchema(dataSource);
    await close();
    return text;
  };
  await migrate({ ...options, migrations: [MakeA1700000000001] });
  const before = await schema();
  await migrate(options);
  const after = await schema();
  expect(after).toContain('CREATE INDEX a_n');
  expect(await rollBack({ ...options, steps: 2 })).toEqual(['JobRuns1763600000001', 'IndexA1700000000002']);
  expect(await schema()).toBe(before);
  expect(await pendingMigrations(options)).toEqual(['IndexA1700000000002', 'JobRuns1763600000001']);
  await migrate(options);
  expect(await schema()).toBe(after);
});

it('leaves nothing of a migration that fails, and keeps those before it', async () => {
  const options = { url: database.url, migrations: [MakeA1700000000001, Broken1700000000003] };
  await expect(migrate(options)).rejects.toThrow('no_such_function');
  expect(await pendingMigrations(options)).toEqual(['Broken1700000000003']);
  expect(await rollBack(options)).toEqual(['MakeA1700000000001']);
});

it('K8S-27: verifies the indexes afterwards and names one that PostgreSQL does not use', async () => {
  const options = { url: database.url, migrations: [MakeA1700000000001, BadIndex1700000000004] };
  await expect(migrate(options)).rejects.toThrow('a_once');
});
