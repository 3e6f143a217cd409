import type { Command, Group, GroupAnswer } from '../src';
import { type Bank, balanceOf, counted, fresh, offenders, openBank, openPeople, transfer } from './fixture';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

const post = (from: string, to: string, amount: number, key?: string): Command => ({
  operation: 'post',
  input: transfer(from, to, amount, key),
});
const bulk = (...groups: Group[]) => bank.run((tx) => bank.ledger.bulk(tx, groups));
const codes = (answers: GroupAnswer[]) =>
  answers.map((answer) => (answer.ok ? 'ok' : `${answer.code} at ${answer.at}`));

it('GAP-WAL-09: a group of writes of every kind is done as one, and each write sees those before it', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  const [paid] = await bank.run((tx) => bank.ledger.post(tx, [transfer(world, bob, 5)]));
  const hold = { key: fresh('hold'), account: alice, amountMinor: 80 };
  const [answer] = await bulk([
    post(world, alice, 20),
    { operation: 'hold', input: hold },
    {
      operation: 'capture',
      input: {
        key: fresh('capture'),
        holdKey: hold.key,
        amountMinor: 50,
        postings: [{ account: bob, amountMinor: 50 }],
      },
    },
    { operation: 'void', input: { key: fresh('void'), holdKey: hold.key } },
    { operation: 'reverse', input: { key: fresh('reverse'), journalId: paid?.ok ? paid.journalId : '' } },
    post(alice, bob, 70),
  ]);
  expect(answer).toEqual({ ok: true, ids: expect.arrayContaining([expect.any(String)]), replayed: false });
  expect(answer?.ok && answer.ids).toHaveLength(6);
  expect(await balanceOf(bank, alice)).toEqual([0, 0, 0]);
  expect(await balanceOf(bank, bob)).toEqual([120, 0, 120]);
});

it('GAP-WAL-09: one no takes back the whole group, says which write, and leaves its neighbours in the set unharmed', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  const old = { key: fresh('hold'), account: alice, amountMinor: 10 };
  const [, posted] = await bank.run((tx) =>
    bank.ledger.apply(tx, [{ operation: 'hold', input: old }, post(world, bob, 7)]),
  );
  const hold = { key: fresh('hold'), account: alice, amountMinor: 30 };
  const doomed: Group = [
    { operation: 'hold', input: hold },
    {
      operation: 'capture',
      input: { key: fresh('capture'), holdKey: old.key, amountMinor: 4, postings: [{ account: bob, amountMinor: 4 }] },
    },
    {
      operation: 'capture',
      input: { key: fresh('capture'), holdKey: hold.key, amountMinor: 3, postings: [{ account: bob, amountMinor: 3 }] },
    },
    { operation: 'void', input: { key: fresh('void'), holdKey: old.key } },
    { operation: 'reverse', input: { key: fresh('reverse'), journalId: posted?.ok ? posted.id : '' } },
    post(alice, bob, 1_000),
    post(world, alice, 1_000),
  ];
  const answers = await bulk(
    [post(alice, bob, 20)],
    doomed,
    [post(alice, bob, 70), post(bob, alice, 1)],
    [
      {
        operation: 'capture',
        input: {
          key: fresh('capture'),
          holdKey: hold.key,
          amountMinor: 1,
          postings: [{ account: bob, amountMinor: 1 }],
        },
      },
    ],
    [{ operation: 'reverse', input: { key: fresh('reverse'), journalId: posted?.ok ? posted.id : '' } }],
  );
  expect(codes(answers)).toEqual(['ok', 'insufficient_funds at 5', 'ok', 'hold_unknown at 0', 'ok']);
  expect(await balanceOf(bank, alice)).toEqual([11, 10, 1]);
  expect(await balanceOf(bank, bob)).toEqual([89, 0, 89]);
  expect(await bank.run((tx) => bank.ledger.holds(tx, { account: alice }))).toMatchObject([
    { key: old.key, status: 'open', capturedMinor: 0 },
  ]);
  expect(codes(await bulk(doomed))).toEqual(['insufficient_funds at 5']);
  expect(await offenders(bank)).toEqual({});
});

it('GAP-WAL-09, GAP-WAL-04: a group sent again gives its answer; its keys stand for the whole of it', async () => {
  const { world, alice, bob } = await openPeople(bank);
  const [one, two, three] = [post(world, alice, 10), post(alice, bob, 4), post(alice, bob, 1)];
  const [first, same] = await bulk([one, two], [one, two]);
  expect(first).toMatchObject({ ok: true, replayed: false });
  expect(same).toEqual({ ...first, replayed: true });
  expect(await bulk([one, two])).toEqual([{ ...first, replayed: true }]);
  expect(codes(await bulk([one], [two, three], [one, two, three]))).toEqual([
    'key_reused at 0',
    'key_reused at 0',
    'key_reused at 0',
  ]);
  expect(codes(await bulk([three, two]))).toEqual(['key_reused at 0']);
  expect(await balanceOf(bank, bob)).toEqual([4, 0, 4]);
});

it('GAP-WAL-09: a group with a fault in its form takes no key, also not those of its sound writes', async () => {
  const { world, alice } = await openPeople(bank);
  const sound = post(world, alice, 10);
  expect(codes(await bulk([sound, post(world, alice, 0)], [sound, sound]))).toEqual(['invalid at 1', 'invalid at 1']);
  expect(codes(await bulk([sound]))).toEqual(['ok']);
  await expect(bulk([])).rejects.toMatchObject({ code: 'ledger_group_empty' });
  const set = Array.from({ length: 501 }, () => [post(world, alice, 1), post(world, alice, 1)]);
  await expect(bulk(...set)).rejects.toMatchObject({ code: 'ledger_set_too_large' });
  expect(await balanceOf(bank, alice)).toEqual([10, 0, 10]);
});

it('GAP-WAL-09: fifty parallel calls with one group have one effect, and groups racing for the same money are whole or nothing', async () => {
  const { world, alice, bob } = await openPeople(bank, 1_000);
  const group = [post(world, alice, 10), post(alice, bob, 10)];
  const answers = await Promise.all(Array.from({ length: 50 }, () => bulk(group)));
  expect(answers.flat().filter((answer) => answer.ok && !answer.replayed)).toHaveLength(1);
  expect(await balanceOf(bank, bob)).toEqual([10, 0, 10]);
  const pairs = await Promise.all(
    Array.from({ length: 20 }, () => bulk([post(alice, bob, 40), post(alice, bob, 40), post(bob, world, 1)])),
  );
  const done = pairs.flat().filter((answer) => answer.ok).length;
  expect(done).toBe(12);
  expect(await balanceOf(bank, alice)).toEqual([40, 0, 40]);
  expect(await balanceOf(bank, bob)).toEqual([10 + 79 * done, 0, 10 + 79 * done]);
  expect(await offenders(bank)).toEqual({});
});

it('GAP-WAL-09: a thousand writes in groups take as many statements as one group', async () => {
  const { world, alice, bob } = await openPeople(bank, 5_000);
  const countOf = (groups: number) =>
    bank.run(async (plain) => {
      const { tx, statements } = counted(plain);
      await bank.ledger.bulk(
        tx,
        Array.from({ length: groups }, (_, index) => [
          post(world, alice, 1),
          index % 2 ? post(alice, bob, 10_000) : post(alice, bob, 1),
        ]),
      );
      return statements;
    });
  const two = await countOf(2);
  expect(await countOf(500)).toEqual(two);
  expect(two.length).toBeLessThanOrEqual(4);
});
