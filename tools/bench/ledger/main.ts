import 'reflect-metadata';
import { ledgerProofs, sealChain } from '@florin/ledger';
import { startPostgres } from '@florin/testing';
import { parseArgs } from 'node:util';
import { readBalances } from './balance-reads';
import { Bank, type Load, type Measured } from './bank';
import { transferOverHttp } from './http-transfers';
import { measureTpcB, type TpcB } from './tpc-b';

const { values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    accounts: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '8' },
    /** Fills the ledger to so many transfers and says what one costs then; 10000000 takes a quarter of an hour and 15 GB. */
    transfers: { type: 'string', default: '0' },
    connections: { type: 'string', default: '512' },
    /** Leaves a CPU profile of the wallet service there, to open in a browser's developer tools. */
    profile: { type: 'string' },
    only: { type: 'string', default: 'tpcb,transfers,hot,reads,http,proofs' },
  },
});
const accounts = Number(flags.accounts);
const seconds = Number(flags.seconds);
const fillTo = Number(flags.transfers);
const wanted = new Set(flags.only.split(','));

/** Large enough to share the commit, small enough that two of them seldom want the same account. */
const uncontended: Load = { set: 100, writers: 5 };
const hot: Load = { ...uncontended, hot: true };
const httpLoad = { accounts, seconds, connections: Number(flags.connections), profile: flags.profile };
const window = 100_000;
const settings = { shared_buffers: '1GB', max_wal_size: '8GB', min_wal_size: '4GB', checkpoint_timeout: '30min' };

const say = (line: string): void => console.log(`  ${line}`);
const whole = (value: number): string => Math.round(value).toLocaleString('en');
const shown = ({ perSecond, nodeMicros, postgresMicros }: Measured): string =>
  `${whole(perSecond)} transfers/s; CPU of one: ${nodeMicros.toFixed(0)} µs here, ${postgresMicros.toFixed(0)} µs in PostgreSQL`;

async function main(): Promise<void> {
  const server = await startPostgres({ settings });
  try {
    const first = wanted.has('tpcb') ? await measureTpcB(server.url(), seconds / 2) : undefined;
    const rates = await library(server);
    const http = wanted.has('http') ? await transferOverHttp(server, httpLoad) : undefined;
    const last = wanted.has('tpcb') ? await measureTpcB(server.url(), seconds / 2) : undefined;
    if (http)
      say(
        `over HTTP, one a request: ${whole(http.perSecond)} transfers/s, p50 ${http.p50Ms.toFixed(0)} ms, p99 ${http.p99Ms.toFixed(0)} ms, ${http.refused} refused; ` +
          `CPU of one: ${http.serviceMicros.toFixed(0)} µs service, ${http.postgresMicros.toFixed(0)} µs PostgreSQL, ${http.loadMicros.toFixed(0)} µs the load`,
      );
    if (first && last) compare(first, last, rates, http?.perSecond);
  } finally {
    await server.stop();
  }
}

interface Rates {
  transfers?: number;
  hot?: number;
}

async function library(server: { url(database?: string): string; pid?: number }): Promise<Rates> {
  const bank = await Bank.open(server, accounts);
  const rates: Rates = {};
  try {
    const enough = 15_000 * seconds;
    await bank.run(window / 2, uncontended); // Warm: plans, pages, and the first segments of the log.
    if (wanted.has('transfers')) {
      const alone = await bank.run(1_000 * seconds, { set: 1, writers: 8 });
      say(`library, sets of 1, 8 writers: ${shown(alone)}`);
      const measured = await bank.run(enough, uncontended);
      rates.transfers = measured.perSecond;
      say(
        `library, sets of ${uncontended.set}, ${uncontended.writers} writers, ${whole(accounts)} accounts: ${shown(measured)}`,
      );
    }
    if (wanted.has('hot')) {
      const measured = await bank.run(enough, hot);
      rates.hot = measured.perSecond;
      say(`the same, every transfer from one account: ${shown(measured)}`);
    }
    if (wanted.has('reads')) {
      await bank.settle();
      await readBalances(bank, 5_000, 2);
      const { perSecond, p50Ms, p99Ms, worstMs } = await readBalances(bank, 5_000, seconds);
      say(
        `balance reads, ${whole(perSecond)}/s: p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, worst ${worstMs.toFixed(1)} ms`,
      );
    }
    if (fillTo > 0) await fill(bank);
    if (wanted.has('proofs')) await prove(bank);
  } finally {
    await bank.close();
  }
  return rates;
}

/** What a transfer costs when there are few, and when there are many; between them nothing is measured, only written. */
async function fill(bank: Bank): Promise<void> {
  const [row] = await bank.reads.query<{ journals: number }>('SELECT count(*) AS journals FROM ledger_journals');
  let journals = row?.journals ?? 0;
  const measure = async (): Promise<Measured> => {
    await bank.dataSource.query('CHECKPOINT');
    await bank.run(window, uncontended); // After a checkpoint a page is logged whole once: that is its cost, not the size's.
    const measured = await bank.run(window, uncontended);
    journals += 2 * window;
    say(`at ${whole(journals)} transfers: ${shown(measured)}`);
    return measured;
  };
  const few = await measure();
  while (journals < fillTo - 2 * window) {
    const step = Math.min(10 * window, fillTo - 2 * window - journals);
    await bank.run(step, { set: 500, writers: 2 });
    journals += step;
  }
  await bank.dataSource.query('VACUUM ANALYZE');
  const many = await measure();
  const cpu = (many.nodeMicros + many.postgresMicros) / (few.nodeMicros + few.postgresMicros);
  say(
    `cost of a transfer then: ${(few.perSecond / many.perSecond).toFixed(2)} times the time, ${cpu.toFixed(2)} times the CPU (at most 1.25)`,
  );
}

async function prove(bank: Bank): Promise<void> {
  const began = performance.now();
  let links = 0;
  while ((await bank.transactions.run((tx) => sealChain(tx, 5_000))) !== null) links += 1;
  say(`sealed ${whole(links)} links in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  for (const proof of ledgerProofs) {
    const at = performance.now();
    const { examined, offenders } = await bank.transactions.run((tx) => proof.run(tx, 5));
    const spent = ((performance.now() - at) / 1_000).toFixed(1);
    say(`${proof.name}: ${whole(examined)} examined, ${offenders.length} offenders, ${spent} s`);
  }
}

function compare(first: TpcB, last: TpcB, rates: Rates, http: number | undefined): void {
  const simple = (first.simple + last.simple) / 2;
  const prepared = (first.prepared + last.prepared) / 2;
  say(`yardstick, ${first.measuredWith}:`);
  say(
    `  before ${whole(first.simple)}, after ${whole(last.simple)} TPC-B transactions/s; with prepared statements ${whole(first.prepared)} and ${whole(last.prepared)}`,
  );
  const against = (name: string, rate: number | undefined, wantedFactor: number): void => {
    if (rate === undefined) return;
    const times = `${(rate / simple).toFixed(1)} times TPC-B (${(rate / prepared).toFixed(1)} times with prepared statements)`;
    say(`${name}: ${times}; asked for ${wantedFactor}: ${rate >= wantedFactor * simple ? 'reached' : 'NOT reached'}`);
  };
  against('through the library', rates.transfers, 5);
  against('over HTTP', http, 2);
  if (rates.hot !== undefined && rates.transfers !== undefined) {
    const share = (100 * rates.hot) / rates.transfers;
    say(
      `one hot account: ${share.toFixed(0)} % of the uncontended rate; asked for 80: ${share >= 80 ? 'reached' : 'NOT reached'}`,
    );
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
