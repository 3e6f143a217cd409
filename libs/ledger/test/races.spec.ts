import type { Answer } from '../src';
import { type Bank, balanceOf, fresh, offenders, openBank, openPeople, transfer } from './fixture';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const yeses = (answers: { ok: boolean }[]) => answers.filter((answer) => answer.ok).length;

it('CMP-WAL-4, GAP-WAL-03: sixty transfers racing over twenty connections never overdraw', async () => {
  const { alice, bob } = await openPeople(bank, 1_000);
  const answers = await Promise.all(
    times(60, () => bank.run((tx) => bank.ledger.post(tx, [transfer(alice, bob, 30)]))),
  );
  expect(yeses(answers.flat())).toBe(33);
  expect(await balanceOf(bank, alice)).toEqual([10, 0, 10]);
  expect(await balanceOf(bank, bob)).toEqual([990, 0, 990]);
});

it('CMP-WAL-1: holds and payments racing for the same money take it once', async () => {
  const { alice, bob } = await openPeople(bank, 5_000);
  const answers = await Promise.all(
    times(40, (index) =>
      bank.run<Answer[]>((tx) =>
        bank.ledger.apply(tx, [
          index % 2
            ? { operation: 'post', input: transfer(alice, bob, 400) }
            : { operation: 'hold', input: { key: fresh('hold'), account: alice, amountMinor: 400 } },
        ]),
      ),
    ),
  );
  expect(yeses(answers.flat())).toBe(12);
  const [, , available] = await balanceOf(bank, alice);
  expect(available).toBe(200);
});

it('CMP-WAL-5: captures racing from two sides have one winner, in parts they never exceed the hold, and a void races fairly', async () => {
  const { alice, bob } = await openPeople(bank, 1_000);
  const whole = { key: fresh('hold'), account: alice, amountMinor: 500 };
  const parts = { key: fresh('hold'), account: alice, amountMinor: 500 };
  await bank.run((tx) => bank.ledger.hold(tx, [whole, parts]));
  const capture = (holdKey: string, amountMinor: number) =>
    bank.run((tx) =>
      bank.ledger.capture(tx, [
        { key: fresh('capture'), holdKey, amountMinor, postings: [{ account: bob, amountMinor }] },
      ]),
    );
  const both = await Promise.all([
    ...times(10, () => capture(whole.key, 500)),
    bank.run((tx) => bank.ledger.void(tx, [{ key: fresh('void'), holdKey: whole.key }])),
  ]);
  expect(yeses(both.flat())).toBe(1);
  const some = await Promise.all(times(20, () => capture(parts.key, 70)));
  expect(yeses(some.flat())).toBe(7);
  expect((await balanceOf(bank, alice))[1]).toBe(10);
});

it('opposite transfers in opposite sets do not lock each other out', async () => {
  const people = await Promise.all(times(4, () => openPeople(bank, 10_000)));
  const codes = people.flatMap(({ alice, bob }) => [alice, bob]);
  const set = (index: number) =>
    times(20, (step) => {
      const [from, to] = [codes[(index + step) % codes.length], codes[(index * 3 + step * 5 + 1) % codes.length]];
      return transfer(from ?? '', to ?? '', 1);
    });
  const answers = await Promise.all(
    times(40, (index) => bank.run((tx) => bank.ledger.post(tx, index % 2 ? set(index) : set(index).reverse()))),
  );
  expect(answers.flat().every((answer) => answer.ok || answer.code === 'insufficient_funds')).toBe(true);
  const balances = await bank.run((tx) => bank.ledger.balances(tx, codes));
  expect(balances.reduce((sum, balance) => sum + balance.posted, 0)).toBe(40_000);
});

it('opening the same accounts from many sides makes each once', async () => {
  const codes = times(20, () => fresh('account'));
  const opened = await Promise.all(
    times(20, (index) =>
      bank.run((tx) =>
        bank.ledger.open(
          tx,
          (index % 2 ? codes : [...codes].reverse()).map((code) => ({ code, asset: 'EUR' })),
        ),
      ),
    ),
  );
  expect(new Set(opened.flat().map((account) => account.id)).size).toBe(20);
});

it('a sweep of timed-out holds racing with captures and with another sweep gives each hold one end', async () => {
  const { alice, bob } = await openPeople(bank, 1_000);
  const holds = times(50, () => ({
    key: fresh('hold'),
    account: alice,
    amountMinor: 20,
    expiresAt: new Date(Date.now() + 60_000),
  }));
  await bank.run((tx) => bank.ledger.hold(tx, holds));
  const later = new Date(Date.now() + 120_000);
  const [first, second, captured] = await Promise.all([
    bank.run((tx) => bank.ledger.expireHolds(tx, later, 30)),
    bank.run((tx) => bank.ledger.expireHolds(tx, later, 50)),
    Promise.all(
      holds.map((hold) =>
        bank.run((tx) =>
          bank.ledger.capture(tx, [
            {
              key: fresh('capture'),
              holdKey: hold.key,
              amountMinor: 20,
              postings: [{ account: bob, amountMinor: 20 }],
            },
          ]),
        ),
      ),
    ),
  ]);
  expect(first.length + second.length + yeses(captured.flat())).toBe(50);
  expect(await balanceOf(bank, alice)).toEqual([
    1_000 - 20 * yeses(captured.flat()),
    0,
    1_000 - 20 * yeses(captured.flat()),
  ]);
  expect(await offenders(bank)).toEqual({});
});
