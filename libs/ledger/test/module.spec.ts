import 'reflect-metadata';
import { DatabaseConfig, DatabaseModule, databaseMigrations, Jobs, Transactions } from '@florin/database';
import { testDatabase, type TestDatabase } from '@florin/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { register } from 'prom-client';
import { Ledger, LedgerModule, ledgerMigrations, ledgerPartitions } from '../src';
import { fresh, transfer } from './fixture';

let database: TestDatabase;
let app: TestingModule;
beforeAll(async () => {
  const migrations = [...databaseMigrations, ...ledgerMigrations];
  database = await testDatabase({ migrations });
  const config = DatabaseConfig.from({ DATABASE_URL: database.url });
  app = await Test.createTestingModule({
    imports: [
      DatabaseModule.forService({ service: 'ledger-module', migrations, partitions: ledgerPartitions, config }),
      LedgerModule,
    ],
  }).compile();
  await app.init();
}, 60_000);
afterAll(async () => {
  await app.close();
  await database.drop();
});

it('CMP-WAL-9: the job ledger.expire-holds gives back every hold whose time is up, however many, and no other', async () => {
  const [transactions, ledger, jobs] = [app.get(Transactions), app.get(Ledger), app.get(Jobs)];
  const [world, alice] = [fresh('world'), fresh('alice')];
  const hold = (expiresAt?: Date) => ({ key: fresh('hold'), account: alice, amountMinor: 1, expiresAt });
  const soon = new Date(Date.now() + 3_600_000);
  await transactions.run(async (tx) => {
    await ledger.open(tx, [
      { code: world, asset: 'EUR', allowNegative: true },
      { code: alice, asset: 'EUR' },
    ]);
    await ledger.post(tx, [transfer(world, alice, 2_000)]);
    await ledger.hold(tx, [...Array.from({ length: 700 }, () => hold(new Date('2026-01-01'))), hold(soon), hold()]);
  });
  expect(await jobs.runByHand('ledger.expire-holds')).toMatchObject({ outcome: 'done' });
  const [balance] = await transactions.run((tx) => ledger.balances(tx, [alice]));
  expect(balance).toMatchObject({ posted: 2_000, held: 2, available: 1_998 });
  expect(await jobs.history('ledger.expire-holds')).toMatchObject([{ status: 'done', progress: { done: 700 } }]);
  expect(await register.metrics()).toContain('ledger_module_ledger_batch_size_sum 703');
}, 60_000);
