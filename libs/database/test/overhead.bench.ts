import 'reflect-metadata';
import { startPostgres } from '@florin/testing';
import { Pool } from 'pg';
import { DatabaseConfig, openDataSource, Transactions } from '../src';

/** What a transaction of two updates costs through the library, beside the bare driver. Run: node dist/libs/database/test/overhead.bench.js */
async function main(): Promise<void> {
  const server = await startPostgres({ durable: false });
  const raw = new Pool({ connectionString: server.url(), max: 10 });
  const dataSource = await openDataSource(DatabaseConfig.from({ DATABASE_URL: server.url() }), 'bench');
  const transactions = new Transactions(dataSource);
  await raw.query('CREATE TABLE t (id int PRIMARY KEY, n int)');
  await raw.query('INSERT INTO t SELECT g, 0 FROM generate_series(1, 1000) g');
  const sql = 'UPDATE t SET n = n + 1 WHERE id = $1';
  let next = 0;
  const id = () => ((next += 1) % 1_000) + 1;
  const variants = {
    'bare driver': async () => {
      const client = await raw.connect();
      await client.query('BEGIN');
      await client.query(sql, [id()]);
      await client.query(sql, [id()]);
      await client.query('COMMIT');
      client.release();
    },
    'Transactions.run': () =>
      transactions.run(async (tx) => {
        await tx.execute(sql, [id()]);
        await tx.execute(sql, [id()]);
      }),
    "TypeORM's own transaction": () =>
      dataSource.transaction(async (manager) => {
        await manager.query(sql, [id()]);
        await manager.query(sql, [id()]);
      }),
  };
  for (const round of ['warm-up', 'measured', 'measured again']) {
    for (const width of [1, 8]) {
      for (const [name, work] of Object.entries(variants)) {
        const line = await measure(work, width, 5_000);
        if (round !== 'warm-up') process.stdout.write(`${round}: ${name}, ${width} at once: ${line}\n`);
      }
    }
  }
  await raw.end();
  await dataSource.destroy();
  await server.stop();
}

async function measure(work: () => Promise<void>, width: number, count: number): Promise<string> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  let left = count;
  const worker = async () => {
    while ((left -= 1) >= 0) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
  const { user, system } = process.cpuUsage(cpu);
  const wall = ((performance.now() - started) / count) * 1_000;
  return `${wall.toFixed(0)} µs per transaction, ${((user + system) / count).toFixed(0)} µs of it CPU of this process`;
}

void main();
