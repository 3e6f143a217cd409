import 'reflect-metadata';
import { describeSchema, migrate, rollBack } from '@florin/database';
import { testDatabase } from '@florin/testing';
import { Client } from 'pg';
import { ledgerMigrations, ledgerPartitions } from '../src';

it('WAL-08: every migration can be taken back, and the tables of months are made ahead', async () => {
  const { url, drop } = await testDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  const runner = { query: async (sql: string) => (await client.query(sql)).rows as unknown };
  try {
    await migrate({ url, migrations: [] });
    const before = await describeSchema(runner);
    await migrate({ url, migrations: ledgerMigrations });
    for (const { table, monthsAhead } of ledgerPartitions) {
      const { rows } = await client.query(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass`,
        [table],
      );
      expect(rows).toHaveLength(monthsAhead + 2);
      expect(rows).toContainEqual({ name: `${table}_default` });
    }
    await rollBack({ url, migrations: ledgerMigrations, steps: ledgerMigrations.length });
    expect(await describeSchema(runner)).toBe(before);
  } finally {
    await client.end();
    await drop();
  }
}, 60_000);
