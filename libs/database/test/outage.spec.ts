import { eventually, startPostgres, type PostgresServer } from '@florin/testing';
import { databaseMigrations, DatabaseConfig, Jobs, migrate, openDataSource, Reads, Transactions } from '../src';
import type { DataSource } from 'typeorm';
import { gate } from './fixture';

let server: PostgresServer;
let dataSource: DataSource;
let transactions: Transactions;
let config: DatabaseConfig;

beforeAll(async () => {
  server = await startPostgres({ durable: false });
  config = DatabaseConfig.from({ DATABASE_URL: server.url(), DATABASE_POOL_SIZE: '4' });
  await migrate({ url: server.url(), migrations: databaseMigrations });
  dataSource = await openDataSource(config, 'outage-test');
  transactions = new Transactions(dataSource);
  await transactions.run((tx) =>
    tx.execute('CREATE TABLE marks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)'),
  );
}, 60_000);

afterAll(async () => {
  await dataSource.destroy();
  await server.stop();
});

const mark = (note: string) => transactions.run((tx) => tx.execute('INSERT INTO marks (note) VALUES ($1)', [note]));

it('outlives PostgreSQL being killed and started again: open work is refused, nothing that was confirmed is lost', async () => {
  const confirmed: string[] = [];
  const refused: unknown[] = [];
  let stop = false;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; !stop; n += 1) {
      await mark(`${writer}:${n}`).then(
        () => confirmed.push(`${writer}:${n}`),
        (error: unknown) => refused.push(error),
      );
    }
  });
  await eventually(() => confirmed.length > 50);
  await server.kill();
  await eventually(() => refused.length > 0);
  await server.start();
  const before = confirmed.length;
  await eventually(() => confirmed.length > before + 50);
  stop = true;
  await Promise.all(writers);

  expect(refused.length).toBeGreaterThan(0);
  for (const error of refused)
    expect(error).toMatchObject({
      kind: 'unavailable',
      code: 'database_unavailable',
      details: { retryAfterSeconds: 2 },
    });
  const kept = await transactions.run((tx) =>
    tx.query<{ note: string; n: number }>('SELECT note, count(*) AS n FROM marks GROUP BY note'),
  );
  const counts = new Map(kept.map((row) => [row.note, row.n]));
  expect(confirmed.filter((note) => counts.get(note) !== 1)).toEqual([]);
}, 60_000);

it('tells a transaction that was under way, and gives the connection up', async () => {
  const inside = gate();
  const killed = gate();
  const work = transactions.run(async (tx) => {
    await tx.execute(`INSERT INTO marks (note) VALUES ('half')`);
    inside.open();
    await killed.opened;
    await tx.execute(`INSERT INTO marks (note) VALUES ('other half')`);
  });
  await inside.opened;
  await server.kill();
  killed.open();
  await expect(work).rejects.toMatchObject({ kind: 'unavailable' });
  await expect(mark('down')).rejects.toMatchObject({ kind: 'unavailable' });
  await server.start();
  await mark('up');
  expect(await transactions.run((tx) => tx.query(`SELECT note FROM marks WHERE note LIKE '%half%'`))).toEqual([]);
}, 60_000);

it('aborts a job whose lock went with the server, and the next run takes over where it was', async () => {
  const reads = new Reads(dataSource, config);
  const jobs = new Jobs(dataSource, config, reads);
  const underWay = gate();
  const cut = jobs.run('close-month', async (run) => {
    await run.report({ upTo: 'step 2' });
    underWay.open();
    await new Promise((resolve) => run.signal.addEventListener('abort', resolve, { once: true }));
    run.signal.throwIfAborted();
  });
  await underWay.opened;
  await server.kill();
  await expect(cut).rejects.toThrow();
  await server.start();
  const resumed = await jobs.run('close-month', async (run) => ({ attempt: run.attempt, from: run.resumeFrom }));
  expect(resumed).toMatchObject({ outcome: 'done', result: { attempt: 2, from: { upTo: 'step 2' } } });
  expect((await jobs.history('close-month')).map((run) => run.status)).toEqual(['done', 'abandoned']);
  await jobs.onApplicationShutdown();
}, 60_000);
