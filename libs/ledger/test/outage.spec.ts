import 'reflect-metadata';
import { DatabaseConfig, migrate, openDataSource, Transactions } from '@florin/database';
import { eventually, type PostgresServer, startPostgres } from '@florin/testing';
import type { DataSource } from 'typeorm';
import { type JournalInput, Ledger, ledgerMigrations, ledgerProofs } from '../src';
import { fresh, transfer } from './fixture';

const writers = 8;
let server: PostgresServer;
let dataSource: DataSource;
let transactions: Transactions;
const ledger = new Ledger();
const codes = Array.from({ length: writers }, (_, index) => `person:${index}`);

beforeAll(async () => {
  server = await startPostgres();
  await migrate({ url: server.url(), migrations: ledgerMigrations });
  const config = DatabaseConfig.from({ DATABASE_URL: server.url(), DATABASE_POOL_SIZE: String(writers + 2) });
  dataSource = await openDataSource(config, 'ledger-outage');
  transactions = new Transactions(dataSource);
  await transactions.run((tx) =>
    ledger.open(tx, [
      { code: 'world', asset: 'EUR', allowNegative: true },
      ...codes.map((code) => ({ code, asset: 'EUR' })),
    ]),
  );
}, 60_000);
afterAll(async () => {
  await dataSource.destroy();
  await server.stop();
});

/** What a client knows: sent, and answered or not. Whoever got no answer sends the same again. */
interface Sent {
  input: JournalInput;
  code: string;
  journalId?: string;
}

const post = async (input: JournalInput) => (await transactions.run((tx) => ledger.post(tx, [input])))[0];

/** Kills the server in the turn after this writer's COMMIT was sent. */
async function postAndKill(input: JournalInput): Promise<void> {
  let killed: Promise<void> | undefined;
  const cut = transactions.run(async (tx) => {
    await ledger.post(tx, [input]);
    setImmediate(() => {
      killed = server.kill();
    });
  });
  await cut.catch(() => undefined);
  await eventually(() => killed !== undefined);
  await killed;
}

it.each([1, 2, 3])(
  'GAP-WAL-04: PostgreSQL is killed while many write and one is in its COMMIT: sent again under its key, everything is there once (round %i)',
  async () => {
    const sent: Sent[] = [];
    let stop = false;
    const write = async (code: string): Promise<void> => {
      while (!stop) {
        const one: Sent = { input: transfer('world', code, 3), code };
        sent.push(one);
        const answer = await post(one.input).catch(() => undefined);
        if (answer?.ok) one.journalId = answer.journalId;
        else return;
      }
    };
    const writing = codes.map(write);
    await eventually(() => sent.filter((one) => one.journalId).length > 40);
    const doomed: Sent = { input: transfer('world', codes[0] ?? '', 3, fresh('doomed')), code: codes[0] ?? '' };
    await postAndKill(doomed.input);
    sent.push(doomed);
    stop = true;
    await Promise.all(writing);
    expect(sent.some((one) => one.journalId === undefined)).toBe(true);
    await server.restart();
    const before = await eventually(() => transactions.run((tx) => ledger.balances(tx, codes)).catch(() => undefined), {
      timeoutMs: 30_000,
    });
    expect(before).toHaveLength(writers);

    for (const one of sent) {
      const answer = await post(one.input);
      expect(answer?.ok === false ? answer : undefined).toBeUndefined();
      if (one.journalId) expect(answer).toEqual({ ok: true, journalId: one.journalId, replayed: true });
    }
    const journals = await transactions.run((tx) =>
      tx.query<{ key: string; n: number }>('SELECT key, count(*) AS n FROM ledger_journals GROUP BY key'),
    );
    const counts = new Map(journals.map((row) => [row.key, row.n]));
    expect(sent.map((one) => counts.get(one.input.key))).toEqual(sent.map(() => 1));
    for (const proof of ledgerProofs)
      expect([proof.name, (await transactions.run((tx) => proof.run(tx, 5))).offenders]).toEqual([proof.name, []]);
  },
  60_000,
);
