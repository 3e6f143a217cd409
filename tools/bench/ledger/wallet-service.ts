import { type ChildProcess, spawn } from 'node:child_process';
import { openDataSource, DatabaseConfig, Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { exchangeOf } from '@florin/messaging';
import { freePort, jwksUrl, testAudience, testBroker, type TestBroker, testIssuer, tokenFor } from '@florin/testing';
import { type ChannelModel, connect } from 'amqplib';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { root } from '../../up/services';

const startMinor = 1_000_000;
const perSet = 500;
/** A benchmark is one address and few people: the limits that protect a shop would measure themselves. */
const noLimits = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
  RATE_LIMIT_USER_PER_MINUTE: '10000000',
  RATE_LIMIT_ROUTE_FACTOR: '10000',
  RATE_LIMIT_ADAPTIVE: 'off',
};

export interface WalletService {
  url: string;
  pid: number;
  members: string[];
  /** A token for each of the first members: those who send. */
  tokens: string[];
  stop(): Promise<void>;
}

/** The wallet service as a process of its own on this server, with so many members who have money, and tokens for some of them. */
export async function startWallet(
  server: { url(database?: string): string },
  memberCount: number,
  senders: number,
  profile?: string,
): Promise<WalletService> {
  const client = new Client({ connectionString: server.url() });
  await client.connect();
  await client.query('CREATE DATABASE wallet');
  await client.end();
  const [port, broker] = [await freePort(), await testBroker()];
  const ear = await listen(broker);
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`];
  const main = join(root, 'dist/apps/wallet/src/main.js');
  const child = spawn(process.execPath, ['--enable-source-maps', ...profiling, main], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...noLimits,
      LOCAL_RUN: 'true',
      NODE_ENV: 'production',
      LOG_LEVEL: 'error',
      HOST: '127.0.0.1',
      PORT: String(port),
      ROLES: 'api,worker,relay',
      DATABASE_URL: server.url('wallet'),
      DATABASE_POOL_SIZE: '10',
      RABBITMQ_URL: broker.url,
      MESSAGING_NAMESPACE: broker.namespace,
      JWKS_URL: await jwksUrl(),
      JWT_ISSUER: testIssuer,
      JWT_AUDIENCE: testAudience,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      PROCESSOR_URL: 'http://127.0.0.1:9',
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(child, url);
  const [merchantId, members] = [newId(), Array.from({ length: memberCount }, () => newId())];
  await openWallets(server.url('wallet'), merchantId, members);
  const tokens = await Promise.all(
    members
      .slice(0, senders)
      .map((sub) => tokenFor({ sub, roles: ['customer'], merchants: [merchantId], expiresInSeconds: 3_600 })),
  );
  return { url, pid: child.pid ?? 0, members, tokens, stop: () => stop(child).finally(() => ear.close()) };
}

/** Takes what the service says and forgets it: a message that nobody wants would be said again and again. */
async function listen({ url, namespace }: TestBroker): Promise<ChannelModel> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true, maxLength: 1 });
  for (const kind of ['event', 'command'] as const) {
    const exchange = exchangeOf(namespace, kind);
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.bindQueue(queue, exchange, '#');
  }
  return connection;
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`the wallet service ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
  }
  throw new Error('the wallet service was not ready after a minute');
}

/** As if they had been topped up long ago: wallets, accounts, money. */
async function openWallets(url: string, merchantId: string, members: readonly string[]): Promise<void> {
  const dataSource = await openDataSource(DatabaseConfig.from({ DATABASE_URL: url, DATABASE_POOL_SIZE: '2' }), 'bench');
  const [transactions, ledger] = [new Transactions(dataSource), new Ledger()];
  const clearing = `merchant:${merchantId}:card-clearing:EUR`;
  await transactions.run((tx) => ledger.open(tx, [{ code: clearing, asset: 'EUR', allowNegative: true }]));
  for (let first = 0; first < members.length; first += perSet) {
    const some = members.slice(first, first + perSet);
    const codes = some.map((member) => `member:${member}:merchant:${merchantId}:wallet:EUR`);
    await transactions.run(async (tx) => {
      await tx.execute(
        `INSERT INTO wallets (member_id, merchant_id, currency) SELECT member, $2, 'EUR' FROM unnest($1::uuid[]) member`,
        [some, merchantId],
      );
      await ledger.open(
        tx,
        codes.map((code) => ({ code, asset: 'EUR' })),
      );
      await ledger.post(
        tx,
        codes.map((code) => ({
          key: `start:${code}`,
          kind: 'start',
          postings: [
            { account: clearing, amountMinor: -startMinor },
            { account: code, amountMinor: startMinor },
          ],
        })),
      );
    });
  }
  await dataSource.query('VACUUM ANALYZE');
  await dataSource.destroy();
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(20_000).then(() => child.kill('SIGKILL'))]);
}
