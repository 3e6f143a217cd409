/**
 * Two-account transfers per second through the library, on a PostgreSQL of its own with fsync on, then the time of each proof.
 * Build, then: node dist/libs/ledger/bench/transfers.js [accounts] [transfers per case]
 */
import 'reflect-metadata';
import { DatabaseConfig, migrate, openDataSource, Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { startPostgres } from '@florin/testing';
import { Ledger, ledgerMigrations, ledgerProofs, sealChain } from '../src';

const accounts = Number(process.argv[2] ?? 100_000);
const transfers = Number(process.argv[3] ?? 100_000);
const cases = [
  { name: 'sets of 1, 8 writers', set: 1, writers: 8, hot: false, share: 0.05 },
  { name: 'sets of 100, 1 writer', set: 100, writers: 1, hot: false, share: 1 },
  { name: 'sets of 100, 4 writers', set: 100, writers: 4, hot: false, share: 1 },
  { name: 'sets of 1,000, 1 writer', set: 1_000, writers: 1, hot: false, share: 1 },
  { name: 'sets of 1,000, 2 writers', set: 1_000, writers: 2, hot: false, share: 1 },
  { name: 'sets of 1,000, 2 writers, one hot account', set: 1_000, writers: 2, hot: true, share: 1 },
];

const say = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (since: number) => (performance.now() - since) / 1_000;
const codeOf = (index: number) => `member:${index}:wallet:EUR`;
const anyone = () => codeOf(Math.floor(Math.random() * accounts));

function transferOf(hot: boolean) {
  const id = newId();
  return {
    key: `transfer:${id}`,
    kind: 'transfer',
    reference: `order:${id}`,
    postings: [
      { account: hot ? codeOf(0) : anyone(), amountMinor: -1 },
      { account: anyone(), amountMinor: 1 },
    ],
  };
}

async function openAccounts(transactions: Transactions, ledger: Ledger): Promise<void> {
  await transactions.run((tx) => ledger.open(tx, [{ code: 'world', asset: 'EUR', allowNegative: true }]));
  for (let first = 0; first < accounts; first += 1_000) {
    const codes = Array.from({ length: Math.min(1_000, accounts - first) }, (_, index) => codeOf(first + index));
    await transactions.run(async (tx) => {
      await ledger.open(
        tx,
        codes.map((code) => ({ code, asset: 'EUR' })),
      );
      const amountMinor = 1_000_000;
      await ledger.post(
        tx,
        codes.map((code) => ({
          key: `start:${code}`,
          kind: 'start',
          postings: [
            { account: 'world', amountMinor: -amountMinor },
            { account: code, amountMinor },
          ],
        })),
      );
    });
  }
}

async function main(): Promise<void> {
  const server = await startPostgres({
    settings: { shared_buffers: '1GB', max_wal_size: '8GB', checkpoint_timeout: '30min' },
  });
  const dataSource = await openDataSource(
    DatabaseConfig.from({
      DATABASE_URL: server.url(),
      DATABASE_POOL_SIZE: '10',
      DATABASE_STATEMENT_TIMEOUT_MS: '120000',
      DATABASE_LOCK_TIMEOUT_MS: '60000',
    }),
    'ledger-bench',
  );
  await migrate({ url: server.url(), migrations: ledgerMigrations });
  const transactions = new Transactions(dataSource);
  const ledger = new Ledger();
  try {
    const started = performance.now();
    await openAccounts(transactions, ledger);
    say(`opened and funded ${accounts} accounts in ${seconds(started).toFixed(1)} s`);
    await dataSource.query('VACUUM ANALYZE');
    for (const { name, set, writers, hot, share } of cases) {
      const sets = Math.ceil((transfers * share) / set / writers);
      const from = performance.now();
      const write = async () => {
        for (let done = 0; done < sets; done += 1) {
          await transactions.run((tx) =>
            ledger.post(
              tx,
              Array.from({ length: set }, () => transferOf(hot)),
            ),
          );
        }
      };
      await Promise.all(Array.from({ length: writers }, write));
      say(`${name}: ${Math.round((sets * set * writers) / seconds(from))} transfers/s`);
    }
    await dataSource.query('ANALYZE');
    await prove(transactions);
  } finally {
    await dataSource.destroy();
    await server.stop();
  }
}

async function prove(transactions: Transactions): Promise<void> {
  const from = performance.now();
  let links = 0;
  while ((await transactions.run((tx) => sealChain(tx, 5_000))) !== null) links += 1;
  say(`sealed ${links} links in ${seconds(from).toFixed(1)} s`);
  for (const proof of ledgerProofs) {
    const at = performance.now();
    const { examined, offenders } = await transactions.run((tx) => proof.run(tx, 5));
    say(`${proof.name}: ${examined} examined, ${offenders.length} offenders, ${seconds(at).toFixed(1)} s`);
  }
}

void main();
