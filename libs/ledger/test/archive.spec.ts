import { ensureMonthlyPartitions } from '@florin/database';
import { archivedMonths, archiveMonth, exportLog, restoreMonth, sealChain, verifyChain } from '../src';
import { type Bank, fresh, offenders, openBank, openPeople, type People, settled, transfer } from './fixture';

let bank: Bank;
let people: People;
let months: string[];
let holdKey: string;
let reversible: string;

/** Moves what was written so far so many months back, as if it had been written then. */
const age = (monthsBack: number) =>
  bank.run(async (tx) => {
    await tx.execute('SET LOCAL session_replication_role = replica');
    for (const table of ['ledger_postings', 'ledger_journals'])
      await tx.execute(
        `UPDATE ${table} SET inserted_at = inserted_at - make_interval(months => $1), effective_at = effective_at - make_interval(months => $1)
         WHERE inserted_at > now() - interval '1 hour'`,
        [monthsBack],
      );
  });
const seal = async () => {
  await settled(bank);
  while ((await bank.run((tx) => sealChain(tx, 3))) !== null);
};
const balances = () =>
  bank.run(async (tx) => {
    const codes = Object.values(people) as string[];
    const now = new Date();
    return [
      await bank.ledger.balances(tx, codes),
      await bank.ledger.balancesAt(tx, codes, { knownAt: now }),
      await bank.ledger.balancesAt(tx, codes, { effectiveAt: now }),
    ];
  });
const archive = (month: string | undefined) => bank.run((tx) => archiveMonth(tx, month ?? ''));
const restore = (month: string | undefined) => bank.run((tx) => restoreMonth(tx, month ?? ''));

beforeEach(async () => {
  bank = await openBank();
  const now = new Date();
  months = [3, 2, 0].map((back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back)).toISOString().slice(0, 7),
  );
  await bank.run(async (tx) => {
    for (const table of ['ledger_journals', 'ledger_postings'])
      await ensureMonthlyPartitions(tx, table, { monthsAhead: 1, monthsBack: 4 });
  });
  people = await openPeople(bank, 1_000);
  const { world, alice, bob } = people;
  holdKey = fresh('hold');
  const capture = () => ({
    key: fresh('capture'),
    holdKey,
    amountMinor: 10,
    postings: [{ account: bob, amountMinor: 10 }],
  });
  const [first] = await bank.run((tx) => bank.ledger.post(tx, [transfer(alice, bob, 50), transfer(alice, bob, 9_999)]));
  reversible = first?.ok ? first.journalId : '';
  await bank.run((tx) => bank.ledger.hold(tx, [{ key: holdKey, account: alice, amountMinor: 100 }]));
  await bank.run((tx) => bank.ledger.capture(tx, [capture()]));
  await bank.run((tx) => bank.ledger.post(tx, [{ ...transfer(world, bob, 3), effectiveAt: new Date('2020-01-01') }]));
  await age(3);
  await bank.run((tx) => bank.ledger.post(tx, [transfer(world, alice, 7)]));
  await bank.run((tx) => bank.ledger.reverse(tx, [{ key: fresh('reverse'), journalId: reversible }]));
  await age(2);
  await seal();
  await bank.run((tx) => bank.ledger.post(tx, [transfer(world, bob, 1)]));
  await bank.run((tx) => bank.ledger.capture(tx, [capture()]));
  await seal();
}, 60_000);
afterEach(() => bank.close());

it('takes old months out: balances, proofs and the chain hold, writing goes on, and they come back as they were', async () => {
  expect(await offenders(bank)).toEqual({});
  const before = await balances();
  const chain = await bank.run((tx) => verifyChain(tx));
  const first = await archive(months[0]);
  expect(first).toMatchObject({
    month: months[0],
    journals: 4,
    postings: 8,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect([await offenders(bank), await balances()]).toEqual([{}, before]);
  await archive(months[1]);
  expect([await offenders(bank), await balances()]).toEqual([{}, before]);
  expect(await bank.run((tx) => verifyChain(tx))).toEqual(chain);
  expect(
    await bank.run((tx) =>
      tx.query('SELECT DISTINCT to_char(inserted_at, $1) AS month FROM ledger_journals', ['YYYY-MM']),
    ),
  ).toEqual([{ month: months[2] }]);
  const { world, alice, bob } = people;
  const last = { key: fresh('capture'), holdKey, amountMinor: 80, postings: [{ account: bob, amountMinor: 80 }] };
  const answers = await bank.run((tx) =>
    bank.ledger.apply(tx, [
      { operation: 'post', input: transfer(world, alice, 5) },
      { operation: 'capture', input: last },
      { operation: 'reverse', input: { key: fresh('reverse'), journalId: reversible } },
    ]),
  );
  expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual(['ok', 'ok', 'journal_unknown']);
  await seal();
  expect(await offenders(bank)).toEqual({});
  await restore(months[1]);
  expect(await offenders(bank)).toEqual({});
  await restore(months[0]);
  expect(await offenders(bank)).toEqual({});
  expect(await bank.run((tx) => archivedMonths(tx))).toEqual([]);
  expect(await bank.run((tx) => verifyChain(tx))).toMatchObject({ intact: true, unsealed: 0 });
});

it('refuses what cannot be known while a month is out, rather than guess', async () => {
  await archive(months[0]);
  const before = new Date(Date.UTC(2026, 0, 1));
  const { alice, bob } = people;
  await expect(bank.run((tx) => bank.ledger.balancesAt(tx, [alice], { knownAt: before }))).rejects.toMatchObject({
    code: 'ledger_archived',
  });
  await expect(bank.run((tx) => bank.ledger.consistsOf(tx, bob, 'fifo'))).rejects.toMatchObject({
    code: 'ledger_archived',
  });
  await expect(bank.run((tx) => exportLog(tx).next())).rejects.toMatchObject({ code: 'ledger_archived' });
});

it('takes out only what is over, sealed and the oldest, and brings back the last one first', async () => {
  const fails = (month: string | undefined, why: string) =>
    expect(archive(month)).rejects.toMatchObject({
      code: 'ledger_month_not_ready',
      message: expect.stringContaining(why),
    });
  await fails(months[1], 'is not the oldest');
  await fails(months[2], 'is not over');
  await fails('1999-01', 'no partition');
  await expect(archive('2026-13')).rejects.toMatchObject({ code: 'ledger_month_invalid' });
  await archive(months[0]);
  await archive(months[1]);
  await expect(restore(months[0])).rejects.toMatchObject({ code: 'ledger_month_not_latest' });
});

it('GAP-WAL-07: notices an archive that was changed, and an account that was carried over wrongly', async () => {
  const month = months[0] ?? '';
  await archive(month);
  const archived = `archive.ledger_postings_${month.replace('-', '_')}`;
  const spoil = (sql: string) =>
    bank.run(async (tx) => {
      await tx.execute('SET LOCAL session_replication_role = replica');
      await tx.execute(sql);
    });
  await spoil(`UPDATE ${archived} SET amount = amount + 1 WHERE seq = 1`);
  await expect(restore(month)).rejects.toMatchObject({ code: 'ledger_archive_changed' });
  await spoil(`UPDATE ${archived} SET amount = amount - 1 WHERE seq = 1`);
  await spoil('UPDATE ledger_carried SET balance = balance + 1 WHERE seq > 1');
  expect(Object.keys(await offenders(bank))).toEqual(['ledger.posted-equals-postings', 'ledger.running-balances']);
  await restore(month);
  expect(await offenders(bank)).toEqual({});
});
