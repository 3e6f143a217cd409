import { exportLog, type ExportChoice, importLog, sealChain, verifyChain } from '../src';
import { type Bank, counted, fresh, offenders, openBank, openPeople, type People, settled, transfer } from './fixture';

let bank: Bank;
let people: People;
let log: string[];

const lines = (from: Bank, choice?: ExportChoice) =>
  from.transactions.run(
    async (tx) => {
      const all: string[] = [];
      for await (const line of exportLog(tx, choice)) all.push(line);
      return all;
    },
    { isolation: 'REPEATABLE READ' },
  );
const state = (from: Bank) =>
  from.run(async (tx) => ({
    accounts: await from.ledger.accounts(tx, { archived: 'shown' }, 1_000),
    holds: await tx.query('SELECT * FROM ledger_holds ORDER BY id'),
    journals: await tx.query('SELECT * FROM ledger_journals ORDER BY id'),
    postings: await tx.query('SELECT * FROM ledger_postings ORDER BY account_id, seq'),
    keys: await tx.query('SELECT * FROM ledger_keys ORDER BY key'),
    reversals: await tx.query('SELECT * FROM ledger_reversals ORDER BY journal_id'),
    chain: await verifyChain(tx),
  }));

beforeAll(async () => {
  bank = await openBank();
  people = await openPeople(bank, 1_000);
  const { world, alice, bob } = people;
  await bank.run((tx) => bank.ledger.open(tx, [{ code: fresh('label'), asset: 'XTS', labels: { a: 'ü"\\' } }]));
  const gone = fresh('gone');
  await bank.run((tx) => bank.ledger.open(tx, [{ code: gone, asset: 'EUR' }]));
  await bank.run((tx) => bank.ledger.archive(tx, [gone]));
  const hold = { key: fresh('hold'), account: alice, amountMinor: 500, expiresAt: new Date('2026-06-01T00:00:00Z') };
  const answers = await bank.run((tx) =>
    bank.ledger.apply(tx, [
      { operation: 'hold', input: { ...hold, expiresAt: new Date('2999-01-01T00:00:00Z') } },
      { operation: 'hold', input: { ...hold, key: fresh('hold'), amountMinor: 20 } },
      {
        operation: 'capture',
        input: { key: fresh('c'), holdKey: hold.key, amountMinor: 100, postings: [{ account: bob, amountMinor: 100 }] },
      },
      {
        operation: 'post',
        input: { ...transfer(alice, bob, 7), metadata: { price: 1.1, list: [1, 'ü\n'], none: null } },
      },
      { operation: 'post', input: { ...transfer(world, bob, 9), effectiveAt: new Date('2025-03-01T00:00:00.123Z') } },
      { operation: 'post', input: transfer(alice, bob, 1_000_000) },
    ]),
  );
  await bank.run((tx) => bank.ledger.expireHolds(tx, new Date('2026-07-01T00:00:00Z'), 10));
  const spent = answers[4];
  await bank.run((tx) =>
    bank.ledger.reverse(tx, [{ key: fresh('reverse'), journalId: spent?.ok ? spent.id : '', effectiveAt: 'original' }]),
  );
  // As somebody wrote it: the number of digits must survive.
  await bank.run((tx) =>
    bank.ledger.post(tx, [{ ...transfer(world, alice, 1), metadata: { rate: '1.10', exact: 1.5e-7 } }]),
  );
  await settled(bank);
  await bank.run((tx) => sealChain(tx, 2));
  await bank.run((tx) => sealChain(tx, 100));
  const many = Array.from({ length: 999 }, () => transfer(world, bob, 1));
  await bank.run((tx) => bank.ledger.post(tx, many));
  await bank.run((tx) =>
    bank.ledger.post(
      tx,
      many.map((each) => ({ ...each, key: fresh('again') })),
    ),
  );
  log = await lines(bank);
}, 60_000);
afterAll(() => bank.close());

async function inNewBank<T>(work: (other: Bank) => Promise<T>): Promise<T> {
  const other = await openBank();
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

it('GAP-WAL-09: a log read into an empty ledger gives the same accounts, balances, holds, keys and chain, and goes on', async () => {
  await inNewBank(async (other) => {
    const report = await other.run((tx) => importLog(tx, log));
    expect(report.counts).toEqual({
      account: 5,
      journal: log.filter((line) => line.includes('"type" : "journal"')).length,
      hold: 2,
      key: expect.any(Number),
      link: 2,
    });
    expect(await state(other)).toEqual(await state(bank));
    expect(await offenders(other)).toEqual({});
    expect(await lines(other)).toEqual(log);
    await other.run((tx) => other.ledger.post(tx, [transfer(people.alice, people.bob, 3)]));
    await settled(other);
    while ((await other.run((tx) => sealChain(tx, 1_000))) !== null);
    expect(await other.run((tx) => verifyChain(tx))).toMatchObject({ intact: true, unsealed: 0 });
    expect(await offenders(other)).toEqual({});
  });
}, 60_000);

it('GAP-WAL-09, GAP-WAL-04: keys are still taken after a log was read in', async () => {
  await inNewBank(async (other) => {
    await other.run((tx) => importLog(tx, log));
    const [journal] = await bank.run((tx) => bank.ledger.statement(tx, people.bob, { limit: 1 }));
    const [view] = await bank.run((tx) => bank.ledger.journals(tx, { ids: [journal?.journalId ?? ''] }));
    const again = { ...transfer(people.world, people.bob, 1), key: view?.key ?? '' };
    expect(await other.run((tx) => other.ledger.post(tx, [again]))).toEqual([
      { ok: true, journalId: view?.id, replayed: true },
    ]);
    await expect(other.run((tx) => importLog(tx, log))).rejects.toMatchObject({ code: 'ledger_not_empty' });
  });
}, 60_000);

it('GAP-WAL-09: what is new since a link of the chain can be had alone, sealed journals in order with their digests', async () => {
  const some = (await lines(bank, { afterLink: 1 })).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(new Set(some.map((line) => line['type']))).toEqual(new Set(['ledger', 'journal', 'link', 'end']));
  const [first, second] = await bank.run((tx) =>
    tx.query<{ ids: string[]; digests: string }>(
      `SELECT journal_ids AS ids, encode(digests, 'hex') AS digests FROM ledger_chain ORDER BY seq`,
    ),
  );
  const journals = some.filter((line) => line['type'] === 'journal');
  expect(journals.map((line) => line['id'])).toEqual(second?.ids);
  expect(journals.map((line) => line['digest']).join('')).toBe(second?.digests);
  expect(first?.ids).not.toContain(journals[0]?.['id']);
  expect(some.at(-1)).toMatchObject({ type: 'end', counts: { journal: second?.ids.length, link: 1 } });
  await expect(lines(bank, { afterLink: 99 })).rejects.toMatchObject({ code: 'ledger_link_unknown' });
  await expect(
    inNewBank((other) =>
      other.run((tx) =>
        importLog(
          tx,
          some.map((line) => JSON.stringify(line)),
        ),
      ),
    ),
  ).rejects.toMatchObject({
    code: 'ledger_log_invalid',
  });
});

it('GAP-WAL-09: reads and writes by the page: the number of statements grows with the pages, not with the lines', async () => {
  const statements = await bank.transactions.run(
    async (plain) => {
      const { tx, statements } = counted(plain);
      for await (const line of exportLog(tx)) expect(line.length).toBeLessThan(10_000);
      return statements;
    },
    { isolation: 'REPEATABLE READ' },
  );
  expect(log.length).toBeGreaterThan(4_000);
  expect(statements.length).toBeLessThanOrEqual(12);
});

it.each<[string, (log: string[]) => string[]]>([
  ['is cut off', (all) => all.slice(0, -1)],
  ['lacks a journal', (all) => all.filter((_, index) => index !== all.findIndex((line) => line.includes('"journal"')))],
  ['has a changed amount', (all) => all.map((line) => line.replace('"amountMinor" : 9,', '"amountMinor" : 8,'))],
  ['has a changed reference', (all) => all.map((line) => line.replace('"kind" : "transfer"', '"kind" : "gift"'))],
  [
    'has a changed hash',
    (all) =>
      all.map((line) => (line.includes('"type" : "link"') ? line.replace(/"hash" : "../, '"hash" : "00') : line)),
  ],
  ['lacks a link', (all) => all.filter((line) => !line.includes('"type" : "link", "seq" : 2,'))],
  [
    'has a hold that holds less',
    (all) => all.map((line) => line.replace('"capturedMinor" : 100', '"capturedMinor" : 99')),
  ],
  ['has a key too few', (all) => dropped(all, '"type" : "key"')],
  ['has an account twice', (all) => all.flatMap((line, index) => (index === 1 ? [line, line] : line))],
  ['is no log', () => ['hello']],
  ['is of another version', (all) => [(all[0] ?? '').replace('"version":1', '"version":2'), ...all.slice(1)]],
  ['goes on after its end', (all) => [...all, ...all.slice(1, 2)]],
  ['has a line that is not JSON', (all) => all.map((line) => line.replace('"txOrder" : ', '"txOrder" : x'))],
])('GAP-WAL-09: refuses a log that %s, and leaves the ledger empty', async (_, spoil) => {
  const spoilt = spoil(log);
  expect(spoilt).not.toEqual(log);
  await inNewBank(async (other) => {
    await expect(other.run((tx) => importLog(tx, spoilt))).rejects.toMatchObject({ code: 'ledger_log_invalid' });
    expect((await state(other)).accounts).toEqual([]);
    expect(await other.run((tx) => tx.query('SELECT FROM ledger_keys'))).toEqual([]);
  });
});

/** Without the first line of a kind, and with counts that agree. */
function dropped(all: string[], mark: string): string[] {
  const at = all.findIndex((line) => line.includes(mark) && !line.includes('"refusal" : "'));
  const end = JSON.parse(all.at(-1) ?? '') as { counts: { key: number } };
  end.counts.key -= 1;
  return [...all.slice(0, at), ...all.slice(at + 1, -1), JSON.stringify(end)];
}
