import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Refusal } from '@florin/kernel';
import { eventually, type PostgresServer } from '@florin/testing';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { databaseError, DatabaseConfig, openDataSource, Transactions } from '../src';
import { startCluster, type Cluster } from './cluster';

/** One address that leads to whichever server is told, as a Kubernetes service or a load balancer does. */
class Address {
  target = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.join(socket));

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(socket: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  }
}

let cluster: Cluster;
let address: Address;
let dataSource: DataSource;
let transactions: Transactions;

beforeAll(async () => {
  cluster = await startCluster(1);
  address = new Address();
  address.target = cluster.primary.port;
  const url = new URL(cluster.primary.url());
  url.port = String(await address.listen());
  dataSource = await openDataSource(
    DatabaseConfig.from({ DATABASE_URL: url.toString(), DATABASE_POOL_SIZE: '4' }),
    'failover-test',
  );
  transactions = new Transactions(dataSource);
  await transactions.run((tx) => tx.execute('CREATE TABLE sales (id integer PRIMARY KEY)'));
}, 90_000);

afterAll(async () => {
  await dataSource.destroy();
  address.close();
  await cluster.stop();
}, 60_000);

const sell = (id: number) => transactions.run((tx) => tx.execute('INSERT INTO sales VALUES ($1)', [id]));

it('K8S-21: follows the address to the promoted standby; connections that lead to a read-only server are given up', async () => {
  const [standby] = cluster.standbys as [PostgresServer];
  await Promise.all([1, 2, 3, 4].map(sell));
  await cluster.primary.kill();
  address.target = standby.port;

  // Reached, but still a standby: refused kindly, and the connection is not kept.
  await eventually(async () =>
    sell(5).then(
      () => false,
      (error: unknown) => databaseError((error as Refusal & { cause: unknown }).cause)?.code === '25006',
    ),
  );
  const client = new Client({ connectionString: standby.url() });
  await client.connect();
  await client.query('SELECT pg_promote()');
  await client.end();

  await eventually(async () =>
    sell(6).then(
      () => true,
      () => false,
    ),
  );
  expect(await transactions.run((tx) => tx.query('SELECT id FROM sales ORDER BY id'))).toEqual(
    [1, 2, 3, 4, 6].map((id) => ({ id })),
  );
}, 60_000);
