import { Bug } from '@florin/kernel';
import { eventually, type PostgresServer } from '@florin/testing';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { DatabaseConfig, openDataSource, Reads, Transactions } from '../src';
import { startCluster, type Cluster } from './cluster';

let cluster: Cluster;
let dataSource: DataSource;
let transactions: Transactions;
let reads: Reads;
let first: PostgresServer;
let second: PostgresServer;

beforeAll(async () => {
  cluster = await startCluster(2);
  [first, second] = cluster.standbys as [PostgresServer, PostgresServer];
  const config = DatabaseConfig.from({
    DATABASE_URL: cluster.primary.url(),
    DATABASE_REPLICA_URLS: `${first.url()}, ${second.url()}`,
    DATABASE_REPLICA_MAX_LAG_MS: '500',
  });
  dataSource = await openDataSource(config, 'reads-test');
  transactions = new Transactions(dataSource);
  await transactions.run((tx) => tx.execute('CREATE TABLE offers (id integer PRIMARY KEY, title text)'));
  reads = new Reads(dataSource, config);
  reads.onModuleInit();
}, 90_000);

afterAll(async () => {
  await reads.onApplicationShutdown();
  await dataSource.destroy();
  await cluster.stop();
}, 60_000);

const servingPort = async () => (await reads.query<{ port: number }>('SELECT inet_server_port() AS port'))[0]?.port;

async function portsOf(count: number): Promise<Map<number | undefined, number>> {
  const ports = new Map<number | undefined, number>();
  for (let n = 0; n < count; n += 1) {
    const port = await servingPort();
    ports.set(port, (ports.get(port) ?? 0) + 1);
  }
  return ports;
}

const healthy = (count: number) =>
  eventually(() => reads.status().filter(({ lagMs }) => lagMs < 500).length === count, { timeoutMs: 20_000 });

/** What the pool would not say: an order to one server alone. */
async function on(server: PostgresServer, sql: string): Promise<void> {
  const client = new Client({ connectionString: server.url() });
  await client.connect();
  await client.query(sql);
  await client.end();
}

it('K8S-21: reads go to the streaming replicas in equal shares, writes to the primary', async () => {
  await healthy(2);
  const ports = await portsOf(40);
  expect([...ports.keys()].sort()).toEqual([first.port, second.port].sort());
  expect(ports.get(first.port)).toBe(20);
  const [row] = await transactions.run((tx) =>
    tx.query<{ port: number }>(`INSERT INTO offers VALUES (1, 'new') RETURNING inet_server_port() AS port`),
  );
  expect(row?.port).toBe(cluster.primary.port);
  await eventually(async () => (await reads.query('SELECT title FROM offers WHERE id = $1', [1])).length === 1);
}, 30_000);

it('does not take an idle primary for lag', async () => {
  await healthy(2);
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // three times the limit, without a write
  expect(reads.status().map(({ lagMs }) => lagMs)).toEqual([0, 0]);
});

it('K8S-21: a replica that stops replaying serves no more reads until it has caught up; with none left the primary serves', async () => {
  await healthy(2);
  const write = setInterval(() => void transactions.run((tx) => tx.execute('UPDATE offers SET title = title')), 50);
  try {
    await on(first, 'SELECT pg_wal_replay_pause()');
    await healthy(1);
    expect([...(await portsOf(10)).keys()]).toEqual([second.port]);
    await on(second, 'SELECT pg_wal_replay_pause()');
    await healthy(0);
    expect(await servingPort()).toBe(cluster.primary.port);
  } finally {
    clearInterval(write);
  }
  await on(first, 'SELECT pg_wal_replay_resume()');
  await on(second, 'SELECT pg_wal_replay_resume()');
  await healthy(2);
}, 60_000);

it('GW-16: a replica that dies fails no read', async () => {
  await healthy(2);
  await on(cluster.primary, 'SELECT pg_switch_wal()');
  let stop = false;
  let served = 0;
  const readers = Array.from({ length: 8 }, async () => {
    while (!stop) {
      await servingPort(); // a failure would reject
      served += 1;
    }
  });
  await eventually(() => served > 50);
  await first.kill();
  const before = served;
  await eventually(() => served > before + 200);
  stop = true;
  await Promise.all(readers);
  await first.start();
  await healthy(2);
}, 60_000);

it('refuses what would write', async () => {
  await expect(reads.query('DELETE FROM offers')).rejects.toThrow(Bug);
  await expect(reads.query('WITH gone AS (DELETE FROM offers RETURNING 1) SELECT * FROM gone')).rejects.toThrow(Bug);
  await expect(reads.query('SELECT * FROM offers FOR UPDATE')).rejects.toThrow(Bug);
  expect(await reads.query('SELECT id FROM offers')).toEqual([{ id: 1 }]);
});

it('GW-16: while the primary is away, reads go on from the replicas and writes are told when to come back', async () => {
  await healthy(2);
  await cluster.primary.kill();
  await expect(transactions.run((tx) => tx.execute('SELECT 1'))).rejects.toMatchObject({
    kind: 'unavailable',
    details: { retryAfterSeconds: 2 },
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await reads.query('SELECT id FROM offers')).toEqual([{ id: 1 }]);
  await cluster.primary.start();
  await eventually(async () =>
    transactions
      .run((tx) => tx.execute('UPDATE offers SET id = 1'))
      .then(
        () => true,
        () => false,
      ),
  );
}, 60_000);

it('a replica that was promoted is a replica no more', async () => {
  await on(second, 'SELECT pg_promote()');
  await healthy(1);
  expect([...(await portsOf(6)).keys()]).toEqual([first.port]);
}, 60_000);
