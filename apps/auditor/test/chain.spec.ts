import 'reflect-metadata';
import { DatabaseConfig, openDataSource, Transactions } from '@florin/database';
import { Ledger, ledgerMigrations, sealChain } from '@florin/ledger';
import { eventually, testDatabase, type TestDatabase } from '@florin/testing';
import type { DataSource } from 'typeorm';
import { chainReportOf, proveChains } from '../src/chain';
import { CannotLook, readWish } from '../src/config';
import { services } from '../src/services';

let database: TestDatabase;
let dataSource: DataSource;
let transactions: Transactions;

beforeAll(async () => {
  database = await testDatabase({ migrations: ledgerMigrations });
  dataSource = await openDataSource(DatabaseConfig.from({ DATABASE_URL: database.url }), 'auditor-test');
  transactions = new Transactions(dataSource);
  const ledger = new Ledger();
  await transactions.run(async (tx) => {
    await ledger.open(tx, [
      { code: 'world', asset: 'EUR', allowNegative: true },
      { code: 'ada', asset: 'EUR' },
    ]);
    const postings = [
      { account: 'world', amountMinor: -5 },
      { account: 'ada', amountMinor: 5 },
    ];
    await ledger.post(tx, [
      { key: 'one', kind: 'gift', postings },
      { key: 'two', kind: 'gift', postings },
    ]);
  });
  await eventually(async () => (await transactions.run((tx) => sealChain(tx, 100))) !== null, { timeoutMs: 30_000 });
}, 60_000);
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const wish = (...args: string[]) =>
  readWish(['chain', ...args], {
    DATABASES: JSON.stringify(Object.fromEntries(services.map((service) => [service, database.url]))),
  });

it('GAP-WAL-07: `prove chain` recomputes the chains of every ledger, names their heads, and the journal that was changed', async () => {
  const proof = await proveChains(wish());
  expect(proof).toMatchObject({
    verdict: 'holds',
    chains: [
      { service: 'wallet', intact: true, links: 1, sealed: 2, unsealed: 0 },
      { service: 'loyalty', intact: true },
    ],
  });
  expect(chainReportOf(proof)).toContain(
    `wallet: 2 journals in 1 links hold, 0 not sealed yet; head ${proof.chains[0]?.head}`,
  );
  expect(chainReportOf(proof)).toContain('Proven');
  await transactions.run(async (tx) => {
    await tx.execute('SET LOCAL session_replication_role = replica');
    await tx.execute(`UPDATE ledger_journals SET reference = 'else' WHERE key = 'two'`);
  });
  const [journal] = await transactions.run((tx) =>
    tx.query<{ id: string }>(`SELECT id FROM ledger_journals WHERE key = 'two'`),
  );
  const broken = await proveChains(wish());
  expect(broken.verdict).toBe('broken');
  expect(chainReportOf(broken)).toContain(`journal_changed in link 1, journal ${journal?.id}`);
  expect(chainReportOf(broken)).toContain('Not proven');
});

it('says what it cannot do', async () => {
  expect(() => readWish(['chian'], {})).toThrow(CannotLook);
  const nowhere = { ...wish(), databases: { ...wish().databases, loyalty: 'postgres://127.0.0.1:9/none' } };
  await expect(proveChains(nowhere)).rejects.toThrow('The ledger of loyalty cannot be read');
});
