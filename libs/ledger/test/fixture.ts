import 'reflect-metadata';
import { DatabaseConfig, openDataSource, Transactions, type Tx } from '@florin/database';
import { eventually, testDatabase } from '@florin/testing';
import { Ledger, ledgerMigrations, ledgerProofs, type AccountInput, type Offender } from '../src';
import type { DataSource } from 'typeorm';

export interface Bank {
  ledger: Ledger;
  transactions: Transactions;
  dataSource: DataSource;
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A ledger on a database of its own. */
export async function openBank(ledger = new Ledger()): Promise<Bank> {
  const database = await testDatabase({ migrations: ledgerMigrations });
  const dataSource = await openDataSource(
    DatabaseConfig.from({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '20' }),
    'ledger-test',
  );
  const transactions = new Transactions(dataSource);
  return {
    ledger,
    transactions,
    dataSource,
    run: (work) => transactions.run(work),
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

let made = 0;
/** A name that no other test of this process uses. */
export const fresh = (prefix: string): string => `${prefix}:${process.pid}:${(made += 1)}`;

export interface People {
  world: string;
  alice: string;
  bob: string;
}

/** The outside world, which may go below zero, and two people who may not. Alice starts with the amount given. */
export async function openPeople(bank: Bank, startMinor = 0): Promise<People> {
  const people = { world: fresh('world'), alice: fresh('alice'), bob: fresh('bob') };
  const accounts: AccountInput[] = [
    { code: people.world, asset: 'EUR', allowNegative: true },
    { code: people.alice, asset: 'EUR' },
    { code: people.bob, asset: 'EUR' },
  ];
  await bank.run(async (tx) => {
    await bank.ledger.open(tx, accounts);
    if (startMinor > 0) await bank.ledger.post(tx, [transfer(people.world, people.alice, startMinor)]);
  });
  return people;
}

export function transfer(from: string, to: string, amountMinor: number, key = fresh('transfer')) {
  return {
    key,
    kind: 'transfer',
    postings: [
      { account: from, amountMinor: -amountMinor },
      { account: to, amountMinor },
    ],
  };
}

/** [posted, held, available] of one account. */
export async function balanceOf(bank: Bank, code: string): Promise<number[]> {
  const [balance] = await bank.run((tx) => bank.ledger.balances(tx, [code]));
  return balance ? [balance.posted, balance.held, balance.available] : [];
}

/** Runs every proof and gives those that found something, by name. */
export async function offenders(bank: Bank, limit = 20): Promise<Record<string, Offender[]>> {
  const found: Record<string, Offender[]> = {};
  for (const proof of ledgerProofs) {
    const { offenders } = await bank.run((tx) => proof.run(tx, limit));
    if (offenders.length > 0) found[proof.name] = offenders;
  }
  return found;
}

/** The transaction, with every statement counted. */
export function counted(tx: Tx): { tx: Tx; statements: string[] } {
  const statements: string[] = [];
  const note = (sql: string) => void statements.push(sql.trim().split(/\s+/).slice(0, 4).join(' '));
  return {
    statements,
    tx: {
      query: (sql, params) => (note(sql), tx.query(sql, params)),
      execute: (sql, params) => (note(sql), tx.execute(sql, params)),
      manager: tx.manager,
      afterCommit: (hook) => tx.afterCommit(hook),
    },
  };
}

/** Waits until no transaction that is still open, in any database of the server, keeps journals from being sealed. */
export async function settled(bank: Bank): Promise<void> {
  await eventually(async () => {
    const [row] = await bank.run((tx) =>
      tx.query<{ settled: boolean }>(
        `SELECT coalesce(max(tx_order), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT shift FROM ledger_chain_origin) AS settled
         FROM ledger_journals`,
      ),
    );
    return row?.settled;
  });
}
