import 'reflect-metadata';
import { performance } from 'node:perf_hooks';
import { Pool } from 'pg';
import { DatabaseConfig } from '../src/config';
import { openDataSource } from '../src/pool';
import { Transactions } from '../src/tx';
import { startPostgres } from '@florin/testing';

async function main() {
  const server = await startPostgres({ durable: false });
  const raw = new Pool({ connectionString: server.url(), max: 10 });
  const piped = new Pool({ connectionString: server.url(), max: 10, pipeline: true } as never);
  const config = DatabaseConfig.from({ DATABASE_URL: server.url() }); const dataSource = await openDataSource(config, 'bench');
  const pipedSource = dataSource;
  const transactions = new Transactions(dataSource);
  const pt = new Transactions(pipedSource);
  await raw.query('CREATE TABLE t (id int PRIMARY KEY, n int)');
  await raw.query('INSERT INTO t SELECT g, 0 FROM generate_series(1,1000) g');
  const sql = 'UPDATE t SET n = n + 1 WHERE id = $1';
  let k = 0;
  const id = () => (k++ % 1000) + 1;
  const rawTx = (pool: Pool, wait: boolean) => async () => {
    const c = await pool.connect();
    try {
      const b = c.query('BEGIN');
      if (wait) await b;
      await c.query(sql, [id()]);
      await c.query(sql, [id()]);
      await c.query('COMMIT');
      await b;
    } finally { c.release(); }
  };
  const variants: Record<string, () => Promise<unknown>> = {
    raw: rawTx(raw, true),
    piped: rawTx(piped, false),
    transactions: () => transactions.run(async (tx) => { await tx.execute(sql, [id()]); await tx.execute(sql, [id()]); }),

  };
  for (const round of [1, 2, 3]) for (const width of [1, 8]) for (const [name, work] of Object.entries(variants)) {
    const n = 4000; const cpu = process.cpuUsage(); const start = performance.now();
    let left = n;
    await Promise.all(Array.from({ length: width }, async () => { while (left-- > 0) await work(); }));
    const used = process.cpuUsage(cpu);
    console.log(round, name, 'width', width, ((performance.now() - start) / n * 1000).toFixed(0), 'us/tx', 'cpu', ((used.user + used.system) / n).toFixed(0), 'us');
  }
  await raw.end(); await piped.end(); await dataSource.destroy(); await server.stop();
}
void main();
