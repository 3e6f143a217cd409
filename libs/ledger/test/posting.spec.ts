import 'reflect-metadata';
import { monthlyName } from '@florin/database';
import { type Bank, balanceOf, fresh, openBank, openPeople, transfer } from './fixture';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

it('GAP-WAL-01: posts one journal over several accounts and assets, all or nothing, each asset summing to zero', async () => {
  const [eur, usd, member, shop, fees] = ['fx-eur', 'fx-usd', 'member', 'shop', 'fees'].map(fresh) as [
    string,
    string,
    string,
    string,
    string,
  ];
  await bank.run((tx) =>
    bank.ledger.open(tx, [
      { code: eur, asset: 'EUR', allowNegative: true },
      { code: usd, asset: 'USD', allowNegative: true },
      { code: member, asset: 'EUR' },
      { code: shop, asset: 'USD' },
      { code: fees, asset: 'EUR' },
    ]),
  );
  await bank.run((tx) => bank.ledger.post(tx, [transfer(eur, member, 10_000)]));
  const exchange = {
    key: fresh('exchange'),
    kind: 'exchange',
    postings: [
      { account: member, amountMinor: -1_050 },
      { account: eur, amountMinor: 1_000 },
      { account: fees, amountMinor: 50 },
      { account: usd, amountMinor: -1_100 },
      { account: shop, amountMinor: 1_100 },
    ],
  };
  expect(await bank.run((tx) => bank.ledger.post(tx, [exchange]))).toEqual([
    { ok: true, journalId: expect.any(String), replayed: false },
  ]);
  expect(await balanceOf(bank, member)).toEqual([8_950, 0, 8_950]);
  expect(await balanceOf(bank, shop)).toEqual([1_100, 0, 1_100]);

  const lopsided = {
    ...exchange,
    key: fresh('exchange'),
    postings: [
      { account: member, amountMinor: -100 },
      { account: shop, amountMinor: 100 },
    ],
  };
  expect(await bank.run((tx) => bank.ledger.post(tx, [lopsided]))).toEqual([
    expect.objectContaining({ ok: false, code: 'unbalanced' }),
  ]);
  expect(await balanceOf(bank, member)).toEqual([8_950, 0, 8_950]);
});

it('GAP-WAL-03: refuses the one journal that would overdraw, not its neighbours, and leaves no trace of it', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  const answers = await bank.run((tx) =>
    bank.ledger.post(tx, [
      transfer(alice, bob, 60),
      transfer(alice, bob, 60),
      transfer(world, alice, 10),
      transfer(alice, bob, 50),
    ]),
  );
  expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual(['ok', 'insufficient_funds', 'ok', 'ok']);
  expect(await balanceOf(bank, alice)).toEqual([0, 0, 0]);
  expect(await balanceOf(bank, bob)).toEqual([110, 0, 110]);
  const [postings] = await bank.run((tx) =>
    tx.query<{ count: number }>(
      'SELECT count(*) FROM ledger_postings JOIN ledger_accounts account ON account.id = account_id WHERE code = $1',
      [alice],
    ),
  );
  expect(postings?.count).toBe(4);
});

it('GAP-WAL-03: the database itself refuses an overdraft, whatever the code above it decides', async () => {
  const { alice } = await openPeople(bank, 100);
  const overdraw = bank.run((tx) =>
    tx.execute('UPDATE ledger_accounts SET posted = posted - 101 WHERE code = $1', [alice]),
  );
  await expect(overdraw).rejects.toThrow('ledger_accounts_no_overdraft');
  const overhold = bank.run((tx) =>
    tx.execute('UPDATE ledger_accounts SET held = held + 101 WHERE code = $1', [alice]),
  );
  await expect(overhold).rejects.toThrow('ledger_accounts_no_overdraft');
});

it('refuses what is not an amount, an account or a journal, each by itself, and takes no key for it', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  const post = (amount: number, other = -amount) => ({
    ...transfer(world, alice, 1),
    postings: [
      { account: world, amountMinor: other },
      { account: alice, amountMinor: amount },
    ],
  });
  const closed = fresh('closed');
  await bank.run(async (tx) => {
    await bank.ledger.open(tx, [{ code: closed, asset: 'EUR' }]);
    await tx.execute(`UPDATE ledger_accounts SET status = 'closed', closed_at = now() WHERE code = $1`, [closed]);
  });
  const inputs = [
    post(0),
    post(1.5),
    post(Number.NaN),
    post(2 ** 53),
    post(5, -4),
    { ...transfer(world, alice, 1), postings: [] },
    { ...transfer(world, alice, 1), key: '' },
    { ...transfer(world, alice, 1), kind: 'a\u0000b' },
    { ...transfer(world, alice, 1), metadata: { text: '\ud800' } },
    { ...transfer(world, alice, 1), effectiveAt: new Date(Number.NaN) },
    { ...transfer(world, alice, 1), postings: Array.from({ length: 101 }, () => ({ account: alice, amountMinor: 1 })) },
    transfer(world, 'nobody', 1),
    transfer(world, closed, 1),
    transfer(bob, alice, -50),
    post(Number.MAX_SAFE_INTEGER),
    transfer(world, alice, 1),
  ];
  const answers = await bank.run((tx) => bank.ledger.post(tx, inputs));
  const invalid = Array.from({ length: 11 }, () => 'invalid');
  invalid[4] = 'unbalanced';
  expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual([
    ...invalid,
    'account_unknown',
    'account_closed',
    'ok',
    'overflow',
    'ok',
  ]);
  expect(await balanceOf(bank, alice)).toEqual([51, 0, 51]);
  const keys = await bank.run((tx) => tx.query('SELECT 1 FROM ledger_keys WHERE key = $1', [inputs[0]?.key]));
  expect(keys).toEqual([]);
});

it('refuses a set above the limit whole', async () => {
  const { world, alice } = await openPeople(bank);
  const set = Array.from({ length: 1_001 }, () => transfer(world, alice, 1));
  await expect(bank.run((tx) => bank.ledger.post(tx, set))).rejects.toMatchObject({
    kind: 'too_large',
    code: 'ledger_set_too_large',
  });
  expect(await balanceOf(bank, alice)).toEqual([0, 0, 0]);
});

it('opens an account once and refuses to change its asset or its overdraft rule', async () => {
  const code = fresh('account');
  const [first, again] = await bank.run((tx) =>
    bank.ledger.open(tx, [
      { code, asset: 'EUR' },
      { code, asset: 'EUR' },
    ]),
  );
  expect(again).toEqual(first);
  const [later] = await bank.run((tx) => bank.ledger.open(tx, [{ code, asset: 'EUR' }]));
  expect(later).toEqual(first);
  await expect(bank.run((tx) => bank.ledger.open(tx, [{ code, asset: 'USD' }]))).rejects.toMatchObject({
    code: 'ledger_account_differs',
  });
  await expect(
    bank.run((tx) => bank.ledger.open(tx, [{ code, asset: 'EUR', allowNegative: true }])),
  ).rejects.toMatchObject({ kind: 'conflict' });
});

it('WAL-08: keeps journals and postings of a month in a partition of their own, append-only', async () => {
  const { alice } = await openPeople(bank, 100);
  const rows = await bank.run((tx) =>
    tx.query<{ home: string }>(
      `SELECT DISTINCT posting.tableoid::regclass::text AS home FROM ledger_postings posting
       JOIN ledger_accounts account ON account.id = account_id WHERE code = $1`,
      [alice],
    ),
  );
  expect(rows).toEqual([{ home: monthlyName('ledger_postings', new Date().toISOString().slice(0, 7)) }]);
  await expect(bank.run((tx) => tx.execute('UPDATE ledger_postings SET amount = amount + 1'))).rejects.toThrow(
    'append-only',
  );
  await expect(bank.run((tx) => tx.execute('DELETE FROM ledger_journals'))).rejects.toThrow('append-only');
});

it('GAP-WAL-08: a dry run answers as the real write would and changes nothing, not even the key', async () => {
  const { alice, bob } = await openPeople(bank, 100);
  const input = transfer(alice, bob, 70);
  const dry = await bank.run((tx) =>
    bank.ledger.dryRun(tx, async () => ({
      answers: await bank.ledger.post(tx, [input, transfer(alice, bob, 70)]),
      balances: await bank.ledger.balances(tx, [alice]),
    })),
  );
  expect(dry.answers.map((answer) => answer.ok)).toEqual([true, false]);
  expect(dry.balances[0]?.posted).toBe(30);
  expect(await balanceOf(bank, alice)).toEqual([100, 0, 100]);
  const [real] = await bank.run((tx) => bank.ledger.post(tx, [input]));
  expect(real).toMatchObject({ ok: true, replayed: false });
});
