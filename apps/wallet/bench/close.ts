/**
 * How long the close of a month takes with so many lots: one million by default, of two years and three programs.
 * `npm run bench -- close [lots]`, or build, then: node dist/apps/wallet/bench/close.js [lots]
 */
import 'reflect-metadata';
import { DatabaseConfig, migrate, openDataSource, Transactions, type Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { startPostgres } from '@florin/testing';
import { contractLiabilityAccount, salesAccount } from '../src/accounts/money-accounts';
import { BookClose } from '../src/close/book-close';
import { type ProgramLine, programLines } from '../src/close/close-period';
import { type Close, ClosesRepository } from '../src/close/closes.repository';
import { ComputeClose } from '../src/close/compute-close';
import { takeTime } from '../src/close/prepare-close';
import { lockBooks } from '../src/liability/books';
import { type Month, monthAfter, monthBefore } from '../src/liability/months';
import { ProgramSettings } from '../src/liability/program-settings';
import { migrations } from '../src/migrations';

const lots = Number(process.argv[2] ?? 1_000_000);
const merchantId = newId();
const programs = [newId(), newId(), newId()];
const months = 24;
const lastMonth: Month = '2026-10';

const say = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (since: number) => ((performance.now() - since) / 1_000).toFixed(1);

/** Lots of 50 to 549 points over two years; half of each is redeemed in one of the nine months that begin with its own. */
const history = (first: Month): string => `
  INSERT INTO liability_lots (id, program_id, merchant_id, member_id, order_id, currency, setting_version, cohort, points, redeemed,
    allocated_minor, price_minor, unrecognised_minor, issued_at)
  SELECT uuidv7(), (ARRAY['${programs.join("','")}'])[1 + (i / ${months}) % 3]::uuid, '${merchantId}', md5((i % 200000)::text)::uuid, uuidv7(), 'EUR', 1,
    to_char(at, 'YYYY-MM'), 50 + i % 500, CASE WHEN to_char(at + make_interval(months => i % 9), 'YYYY-MM') <= '${lastMonth}' THEN (50 + i % 500) / 2 ELSE 0 END,
    40 + i % 450, 40 + i % 450, 40 + i % 450, at
  FROM (SELECT i, '${first}-01'::timestamptz + make_interval(months => (i % ${months}), days => i % 28) AS at FROM generate_series(1, ${lots}) i) lot;
  INSERT INTO liability_lot_funders (lot_id, funder, share_bps) SELECT id, 'merchant:${merchantId}', 10000 FROM liability_lots;
  INSERT INTO liability_events (id, kind, source_id, lot_id, program_id, merchant_id, currency, cohort, period, late, points, price_minor, happened_at)
  SELECT uuidv7(), 'earned', uuidv7(), id, program_id, merchant_id, currency, cohort, cohort, false, points, allocated_minor, issued_at FROM liability_lots;
  INSERT INTO liability_events (id, kind, source_id, lot_id, program_id, merchant_id, currency, cohort, period, late, points, price_minor, happened_at)
  SELECT uuidv7(), 'redeemed', uuidv7(), id, program_id, merchant_id, currency, cohort, to_char(at, 'YYYY-MM'), false, redeemed, 0, at
  FROM (SELECT *, issued_at + make_interval(months => ((points - 50) % 9)::integer) AS at FROM liability_lots WHERE redeemed > 0) lot`;

async function fill(tx: Tx, settings: ProgramSettings, ledger: Ledger): Promise<void> {
  await takeTime(tx);
  await settings.ofSeen(
    tx,
    programs.map((programId) => ({ programId, merchantId, currency: 'EUR' })),
  );
  let first = lastMonth;
  for (let back = 1; back < months; back += 1) first = monthBefore(first);
  for (const statement of history(first).split(';\n')) await tx.execute(statement);
  const sums = await tx.query<{ program: string; minor: number }>(
    'SELECT program_id AS program, sum(allocated_minor)::bigint AS minor FROM liability_lots GROUP BY 1',
  );
  await ledger.post(
    tx,
    sums.map(({ program, minor }) => ({
      key: `deferred:${program}`,
      kind: 'points_deferred',
      effectiveAt: new Date(`${first}-01T00:00:00.000Z`),
      postings: [
        { account: salesAccount(merchantId, 'EUR'), amountMinor: -minor },
        { account: contractLiabilityAccount(merchantId, program, 'EUR'), amountMinor: minor },
      ],
    })),
  );
}

/** What preparing a month does, and then what approving it does, each in a transaction of its own, with times. */
async function close(transactions: Transactions, period: Month, previous: Close | undefined): Promise<Close> {
  const ledger = new Ledger();
  const closes = new ClosesRepository();
  const compute = new ComputeClose(closes, new ProgramSettings(ledger));
  let from = performance.now();
  const prepared = await transactions.run(async (tx) => {
    await takeTime(tx);
    await lockBooks(tx, merchantId);
    const { lines, ...computed } = await compute.within(tx, merchantId, period, previous);
    const made: Close = {
      id: newId(),
      merchantId,
      period,
      state: 'prepared',
      ...computed,
      previousId: previous?.id ?? null,
      previousHash: previous?.hash ?? null,
      preparedBy: 'one',
      preparedAt: new Date(),
      approvedBy: null,
      closedAt: null,
    };
    await closes.prepare(tx, made, lines);
    return made;
  });
  const preparing = seconds(from);
  from = performance.now();
  const lines = await transactions.run(async (tx) => {
    await takeTime(tx);
    await lockBooks(tx, merchantId);
    const booked = await new BookClose(closes, compute, ledger).within(tx, prepared);
    await closes.close(tx, prepared, 'two', new Date());
    return booked;
  });
  const approving = seconds(from);
  const total = (name: keyof ProgramLine) => programLines(lines).reduce((sum, line) => sum + Number(line[name]), 0);
  say(
    `  close ${period}: prepared in ${preparing} s, approved in ${approving} s; ${lines.length} cohorts, ${prepared.inputs.events} events, ` +
      `redeemed ${total('redeemed_minor')}, breakage ${total('breakage_minor')}, owed ${total('closing_minor')} minor units`,
  );
  return prepared;
}

async function main(): Promise<void> {
  const server = await startPostgres({ settings: { shared_buffers: '1GB', max_wal_size: '4GB' } });
  const open = (more: Record<string, string> = {}) =>
    openDataSource(DatabaseConfig.from({ DATABASE_URL: server.url(), ...more }), 'close-bench');
  await migrate({ url: server.url(), migrations });
  // Making history takes its time; closing it keeps to the limits of a service.
  const patient = await open({
    DATABASE_STATEMENT_TIMEOUT_MS: '600000',
    DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '600000',
  });
  const dataSource = await open();
  try {
    const ledger = new Ledger();
    let from = performance.now();
    await new Transactions(patient).run((tx) => fill(tx, new ProgramSettings(ledger), ledger));
    await patient.query('VACUUM ANALYZE');
    const transactions = new Transactions(dataSource);
    say(`  ${lots} lots of ${months} months and ${programs.length} programs, made in ${seconds(from)} s`);
    const first = await close(transactions, lastMonth, undefined);
    await close(transactions, monthAfter(lastMonth), first);
    from = performance.now();
    const compute = new ComputeClose(new ClosesRepository(), new ProgramSettings(ledger));
    const again = await transactions.run(async (tx) => {
      await takeTime(tx);
      return compute.within(tx, merchantId, lastMonth, undefined, first.inputs.settings);
    });
    const verdict = again.hash === first.hash ? 'the same hash' : 'ANOTHER HASH';
    say(`  ${lastMonth} computed again in ${seconds(from)} s: ${verdict}`);
  } finally {
    await Promise.all([dataSource.destroy(), patient.destroy()]);
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
