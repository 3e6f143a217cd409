import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Client } from 'pg';

/** One branch per client at least, or pgbench measures the lock on a branch; its manual says so. */
const scale = 16;
const accountsPerBranch = 100_000;
const clients = [4, 8, 16];

export interface TpcB {
  /** Transactions per second as pgbench comes (simple protocol), and with prepared statements: the best over the numbers of clients. */
  simple: number;
  prepared: number;
  measuredWith: string;
}

/** PostgreSQL's own TPC-B-like benchmark on this server, in a database of its own: by pgbench where there is one, else by its script through pg. */
export async function measureTpcB(serverUrl: string, seconds: number): Promise<TpcB> {
  const url = new URL(serverUrl);
  await onServer(serverUrl, (client) => client.query('CREATE DATABASE yardstick'));
  url.pathname = '/yardstick';
  try {
    const pgbench = findPgbench();
    return pgbench === undefined ? await byScript(url.href, seconds) : await byPgbench(pgbench, url, seconds);
  } finally {
    await onServer(serverUrl, (client) => client.query('DROP DATABASE yardstick WITH (FORCE)'));
  }
}

function findPgbench(): string | undefined {
  const versions = '/usr/lib/postgresql';
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...(existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : []),
  ];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, 'pgbench'))
    .find(existsSync);
}

async function byPgbench(binary: string, url: URL, seconds: number): Promise<TpcB> {
  const run = (...args: string[]): Promise<string> => output(binary, ['-d', url.href, ...args]);
  await run('-i', '-q', '-s', String(scale));
  const best = async (protocol: string): Promise<number> => {
    const rates: number[] = [];
    for (const count of clients) {
      const said = await run('-n', '-c', String(count), '-j', '2', '-M', protocol, '-T', String(seconds));
      rates.push(Number(/tps = ([\d.]+)/.exec(said)?.[1] ?? Number.NaN));
    }
    return Math.max(...rates);
  };
  const [simple, prepared] = [await best('simple'), await best('prepared')];
  const [version] = (await output(binary, ['--version'])).trim().split('\n');
  return { simple, prepared, measuredWith: `${version}, scale ${scale}, the best of ${clients.join(', ')} clients` };
}

function output(binary: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(said.join('')) : reject(new Error(`${binary} ended with ${code}: ${said.join('')}`)),
    );
  });
}

const tables = `
  CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88)) WITH (fillfactor = 100);
  CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84)) WITH (fillfactor = 100);
  CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
  CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
  INSERT INTO pgbench_branches SELECT i, 0 FROM generate_series(1, ${scale}) i;
  INSERT INTO pgbench_tellers SELECT i, (i - 1) / 10 + 1, 0 FROM generate_series(1, ${scale * 10}) i;
  INSERT INTO pgbench_accounts SELECT i, (i - 1) / ${accountsPerBranch} + 1, 0, '' FROM generate_series(1, ${scale * accountsPerBranch}) i;
  VACUUM ANALYZE`;

/** What pgbench runs by default, statement by statement. */
const statements = [
  'BEGIN',
  'UPDATE pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2',
  'SELECT abalance FROM pgbench_accounts WHERE aid = $2 AND $1::int IS NOT NULL',
  'UPDATE pgbench_tellers SET tbalance = tbalance + $1 WHERE tid = $2',
  'UPDATE pgbench_branches SET bbalance = bbalance + $1 WHERE bid = $2',
  'INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, CURRENT_TIMESTAMP)',
  'END',
];

async function byScript(url: string, seconds: number): Promise<TpcB> {
  for (const statement of tables.split(';')) await onServer(url, (client) => client.query(statement));
  const rates: number[] = [];
  for (const count of clients) rates.push(await rateOf(url, count, seconds));
  const best = Math.max(...rates);
  return {
    simple: best,
    prepared: best,
    measuredWith: `the TPC-B-like script through pg, prepared, because there is no pgbench here; scale ${scale}, the best of ${clients.join(', ')} clients`,
  };
}

async function rateOf(url: string, count: number, seconds: number): Promise<number> {
  let done = 0;
  const until = performance.now() + seconds * 1_000;
  const any = (size: number): number => 1 + Math.floor(Math.random() * size);
  await Promise.all(
    Array.from({ length: count }, () =>
      onServer(url, async (client) => {
        for (; performance.now() < until; done += 1) {
          const [aid, tid, bid] = [any(scale * accountsPerBranch), any(scale * 10), any(scale)];
          const delta = any(10_001) - 5_001;
          const values = [[], [delta, aid], [delta, aid], [delta, tid], [delta, bid], [tid, bid, aid, delta], []];
          for (const [index, text] of statements.entries())
            await client.query({ name: `tpcb${index}`, text, values: values[index] });
        }
      }),
    ),
  );
  return done / seconds;
}

async function onServer<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
