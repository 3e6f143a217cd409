import { register } from 'prom-client';
import { Ledger } from '../src';
import { type Bank, balanceOf, counted, fresh, offenders, openBank, openPeople, transfer } from './fixture';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

it('GAP-WAL-04: the same key and input gives the stored answer and has one effect', async () => {
  const { alice, bob } = await openPeople(bank, 100);
  const input = {
    ...transfer(alice, bob, 60),
    effectiveAt: new Date('2026-01-01T00:00:00Z'),
    metadata: { b: 1, a: [1, 2] },
  };
  const [first] = await bank.run((tx) => bank.ledger.post(tx, [input]));
  const reordered = { ...input, metadata: { a: [1, 2], b: 1 } };
  const [again] = await bank.run((tx) => bank.ledger.post(tx, [reordered]));
  expect(again).toEqual({ ...first, replayed: true });
  expect(await balanceOf(bank, bob)).toEqual([60, 0, 60]);
});

it('GAP-WAL-04: the same key with another input, or for another kind of write, is refused', async () => {
  const { alice, bob } = await openPeople(bank, 100);
  const input = transfer(alice, bob, 60);
  await bank.run((tx) => bank.ledger.post(tx, [input]));
  const [other] = await bank.run((tx) => bank.ledger.post(tx, [{ ...input, reference: 'order:2' }]));
  expect(other).toMatchObject({ ok: false, code: 'key_reused', replayed: false });
  const [hold] = await bank.run((tx) => bank.ledger.hold(tx, [{ key: input.key, account: alice, amountMinor: 60 }]));
  expect(hold).toMatchObject({ ok: false, code: 'key_reused' });
  expect(await balanceOf(bank, alice)).toEqual([40, 0, 40]);
});

it('GAP-WAL-04: a stored no stays no, also when it would be yes by now', async () => {
  const { world, alice, bob } = await openPeople(bank);
  const input = transfer(alice, bob, 60);
  const [first] = await bank.run((tx) => bank.ledger.post(tx, [input]));
  await bank.run((tx) => bank.ledger.post(tx, [transfer(world, alice, 1_000)]));
  const [again] = await bank.run((tx) => bank.ledger.post(tx, [input]));
  expect(first).toMatchObject({ ok: false, code: 'insufficient_funds', replayed: false });
  expect(again).toEqual({ ...first, replayed: true });
});

it('GAP-WAL-04: one key twice in a set is one effect, and with another input the second is refused', async () => {
  const { world, alice } = await openPeople(bank);
  const input = transfer(world, alice, 10);
  const answers = await bank.run((tx) =>
    bank.ledger.post(tx, [input, input, transfer(world, alice, 11, input.key), transfer(world, alice, 5)]),
  );
  expect(answers).toMatchObject([
    { ok: true, replayed: false },
    { ok: true, replayed: true },
    { ok: false, code: 'key_reused' },
    { ok: true, replayed: false },
  ]);
  expect(await balanceOf(bank, alice)).toEqual([15, 0, 15]);
});

it('GAP-WAL-04: fifty parallel calls with one key have one effect and one answer', async () => {
  const { alice, bob } = await openPeople(bank, 100);
  const input = transfer(alice, bob, 60);
  const answers = await Promise.all(Array.from({ length: 50 }, () => bank.run((tx) => bank.ledger.post(tx, [input]))));
  const ids = new Set(answers.map(([answer]) => (answer?.ok ? answer.journalId : 'none')));
  expect(ids.size).toBe(1);
  expect(answers.filter(([answer]) => answer?.ok && !answer.replayed)).toHaveLength(1);
  expect(await balanceOf(bank, bob)).toEqual([60, 0, 60]);
});

it('GAP-WAL-04: parallel calls with one key and different inputs have one winner', async () => {
  const { world, alice } = await openPeople(bank);
  const key = fresh('race');
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      bank.run((tx) => bank.ledger.post(tx, [transfer(world, alice, index + 1, key)])),
    ),
  );
  expect(answers.filter(([answer]) => answer?.ok)).toHaveLength(1);
  expect(answers.filter(([answer]) => !answer?.ok && answer?.code === 'key_reused')).toHaveLength(19);
  const winner = answers.findIndex(([answer]) => answer?.ok) + 1;
  expect(await balanceOf(bank, alice)).toEqual([winner, 0, winner]);
});

it('forgets the key when the transaction rolls back, so that a retry works', async () => {
  const { world, alice } = await openPeople(bank);
  const input = transfer(world, alice, 10);
  const failed = bank.run(async (tx) => {
    await bank.ledger.post(tx, [input]);
    throw new Error('the caller changed its mind');
  });
  await expect(failed).rejects.toThrow('changed its mind');
  expect(await bank.run((tx) => bank.ledger.post(tx, [input]))).toMatchObject([{ ok: true, replayed: false }]);
  expect(await balanceOf(bank, alice)).toEqual([10, 0, 10]);
});

it('runs as many statements for a thousand inputs as for one, of every kind', async () => {
  const { world, alice, bob } = await openPeople(bank, 1_000_000);
  const countOf = (size: number) =>
    bank.run(async (plain) => {
      const { tx, statements } = counted(plain);
      const numbers = Array.from({ length: size }, (_, index) => index);
      const posted = await bank.ledger.post(
        tx,
        numbers.map((index) => transfer(world, index % 2 ? alice : bob, 5)),
      );
      const holds = numbers.map(() => ({ key: fresh('hold'), account: alice, amountMinor: 2 }));
      await bank.ledger.hold(tx, holds);
      await bank.ledger.capture(
        tx,
        holds.map((hold) => ({
          key: fresh('capture'),
          holdKey: hold.key,
          amountMinor: 1,
          postings: [{ account: bob, amountMinor: 1 }],
        })),
      );
      await bank.ledger.void(
        tx,
        holds.map((hold) => ({ key: fresh('void'), holdKey: hold.key })),
      );
      await bank.ledger.reverse(
        tx,
        posted.map((answer) => ({ key: fresh('reverse'), journalId: answer.ok ? answer.journalId : '' })),
      );
      await bank.ledger.balances(tx, [alice, bob]);
      return statements;
    });
  const one = await countOf(1);
  const thousand = await countOf(1_000);
  expect(thousand).toEqual(one);
  expect(one.length).toBeLessThanOrEqual(30);
  expect(await offenders(bank)).toEqual({});
});

it('counts the writes of a call and its time in the metrics of the service that keeps the ledger', async () => {
  const { world, alice } = await openPeople(bank);
  const ledger = new Ledger(undefined, 'some-shop');
  await bank.run((tx) => ledger.post(tx, [transfer(world, alice, 1), transfer(world, alice, 1)]));
  await bank.run((tx) => new Ledger(undefined, 'some-shop').post(tx, [transfer(world, alice, 1)]));
  const text = await register.metrics();
  expect(text).toContain('some_shop_ledger_batch_size_sum 3');
  expect(text).toContain('some_shop_ledger_batch_seconds_count 2');
});
