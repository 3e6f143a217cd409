import { type Bank, balanceOf, fresh, offenders, openBank, openPeople, transfer } from './fixture';
import type { AccountChoice } from '../src';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

const list = (choice: AccountChoice, limit?: number) => bank.run((tx) => bank.ledger.accounts(tx, choice, limit));
const codesOf = async (choice: AccountChoice, limit?: number) => (await list(choice, limit)).map(({ code }) => code);

it('CMP-WAL-8: an account made by mistake can be archived: nothing can be posted to it, lists leave it out, a search finds it with its balance', async () => {
  const { world, alice, bob } = await openPeople(bank, 10);
  await expect(bank.run((tx) => bank.ledger.archive(tx, [alice, bob]))).rejects.toMatchObject({
    code: 'ledger_account_not_empty',
  });
  expect(await bank.run((tx) => bank.ledger.archive(tx, [bob, 'nobody']))).toEqual([bob]);
  expect(await bank.run((tx) => bank.ledger.archive(tx, [bob]))).toEqual([]);
  const hold = { key: fresh('hold'), account: bob, amountMinor: 1 };
  const answers = await bank.run((tx) =>
    bank.ledger.apply(tx, [
      { operation: 'post', input: transfer(world, bob, 1) },
      { operation: 'hold', input: hold },
    ]),
  );
  expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual(['account_closed', 'account_closed']);
  expect(await codesOf({ codePrefix: bob })).toEqual([]);
  expect(await list({ codePrefix: bob, archived: 'only' })).toEqual([
    {
      id: expect.any(String),
      code: bob,
      asset: 'EUR',
      allowNegative: false,
      posted: 0,
      held: 0,
      available: 0,
      labels: {},
      openedAt: expect.any(Date),
      archivedAt: expect.any(Date),
    },
  ]);
  expect(await bank.run((tx) => bank.ledger.unarchive(tx, [bob, alice]))).toEqual([bob]);
  await bank.run((tx) => bank.ledger.post(tx, [transfer(world, bob, 1)]));
  expect(await balanceOf(bank, bob)).toEqual([1, 0, 1]);
  expect(await list({ codePrefix: bob })).toMatchObject([{ code: bob, posted: 1, archivedAt: null }]);
  expect(await offenders(bank)).toEqual({});
});

it('CMP-WAL-8: archiving races with posting: the money is in, or the account is archived, never both', async () => {
  const names = await Promise.all(Array.from({ length: 20 }, () => openPeople(bank)));
  const results = await Promise.all(
    names.map(async ({ world, alice }) => {
      const [archived, posted] = await Promise.allSettled([
        bank.run((tx) => bank.ledger.archive(tx, [alice])),
        bank.run((tx) => bank.ledger.post(tx, [transfer(world, alice, 5)])),
      ]);
      const paid = posted.status === 'fulfilled' && posted.value[0]?.ok === true;
      const [account] = await list({ codePrefix: alice, archived: 'shown' });
      return [paid, archived.status === 'rejected', account?.posted, account?.archivedAt === null];
    }),
  );
  for (const [paid, ...rest] of results) expect(rest).toEqual(paid ? [true, 5, true] : [false, 0, false]);
});

it('CMP-WAL-8: lists are in the order of the codes, page by page, and stay so while balances and accounts change', async () => {
  const prefix = fresh('page');
  const code = (name: string) => `${prefix}:${name}`;
  const names = ['ß', 'b', 'A', 'a', 'Z', 'z%', 'z_', '10', '9'];
  const world = code('world');
  await bank.run((tx) =>
    bank.ledger.open(tx, [
      ...names.map((name) => ({ code: code(name), asset: 'EUR' })),
      { code: world, asset: 'EUR', allowNegative: true },
      { code: `${prefix}x`, asset: 'EUR' },
    ]),
  );
  const pages = [];
  for (let page = await codesOf({ codePrefix: code('') }, 3); page.length > 0;) {
    pages.push(page);
    await bank.run((tx) => bank.ledger.post(tx, [transfer(world, code('a'), 1)]));
    page = await codesOf({ codePrefix: code(''), afterCode: page.at(-1) }, 3);
  }
  const inBytes = [...names, 'world'].map(code).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(pages.flat()).toEqual(inBytes);
  expect(pages.map((page) => page.length)).toEqual([3, 3, 3, 1]);
  expect(await codesOf({ codePrefix: code('z%') })).toEqual([code('z%')]);
});

it('finds accounts by labels and asset', async () => {
  const prefix = fresh('label');
  await bank.run((tx) =>
    bank.ledger.open(tx, [
      { code: `${prefix}:1`, asset: 'EUR', labels: { shop: prefix, kind: 'wallet' } },
      { code: `${prefix}:2`, asset: 'USD', labels: { shop: prefix, kind: 'wallet' } },
      { code: `${prefix}:3`, asset: 'EUR', labels: { shop: prefix } },
      { code: `${prefix}:4`, asset: 'EUR' },
    ]),
  );
  const shop = { shop: prefix };
  expect(await codesOf({ labels: shop })).toHaveLength(3);
  expect(await codesOf({ labels: shop, afterCode: `${prefix}:1` }, 1)).toEqual([`${prefix}:2`]);
  expect(await codesOf({ labels: { ...shop, kind: 'wallet' }, asset: 'EUR' })).toEqual([`${prefix}:1`]);
  await bank.run((tx) => bank.ledger.archive(tx, [`${prefix}:3`]));
  expect(await codesOf({ labels: shop })).toHaveLength(2);
  expect(await codesOf({ labels: shop, archived: 'only' })).toEqual([`${prefix}:3`]);
});

it('CMP-WAL-9: holds that timed out are listed over all accounts, before and after they were given back', async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 5, 1, 12, minute));
  const [one, two] = [await openPeople(bank, 100), await openPeople(bank, 100)];
  const hold = (account: string, minute?: number) => ({
    key: fresh('hold'),
    account,
    amountMinor: 5,
    expiresAt: minute === undefined ? undefined : at(minute),
  });
  const holds = [hold(one.alice, 10), hold(two.alice, 20), hold(one.alice, 20), hold(two.alice, 50), hold(one.alice)];
  await bank.run((tx) => bank.ledger.hold(tx, holds));
  await bank.run((tx) => bank.ledger.void(tx, [{ key: fresh('void'), holdKey: holds[2]?.key ?? '' }]));
  const keys = async (choice: object, limit?: number) =>
    (await bank.run((tx) => bank.ledger.timedOutHolds(tx, { now: at(30), ...choice }, limit))).map(({ key }) => key);
  const both = [holds[1]?.key, holds[0]?.key];
  expect(await keys({})).toEqual(both);
  await bank.run((tx) => bank.ledger.expireHolds(tx, at(15), 100));
  expect(await keys({})).toEqual(both);
  const [last] = await bank.run((tx) => bank.ledger.timedOutHolds(tx, { now: at(30) }, 1));
  expect(last).toMatchObject({ key: holds[1]?.key, status: 'open' });
  expect(await keys({ after: last })).toEqual([holds[0]?.key]);
  expect(await keys({ account: one.alice })).toEqual([holds[0]?.key]);
  expect(await keys({ from: at(10), until: at(20) })).toEqual([holds[0]?.key]);
  expect(await keys({ now: at(60) })).toEqual([holds[3]?.key, ...both]);
});
