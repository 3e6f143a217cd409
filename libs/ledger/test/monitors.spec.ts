import { FixedClock } from '@florin/kernel';
import { type Crossing, Ledger, type MonitorInput } from '../src';
import { type Bank, counted, fresh, offenders, openBank, openPeople, transfer } from './fixture';

const clock = new FixedClock(new Date('2026-06-01T12:00:00Z'));
let bank: Bank;
let told: Crossing[];
beforeAll(async () => {
  bank = await openBank(new Ledger(clock));
  bank.ledger.onCrossing((_, crossings) => Promise.resolve(void told.push(...crossings)));
});
beforeEach(() => (told = []));
afterAll(() => bank.close());

const watch = (...inputs: MonitorInput[]) => bank.run((tx) => bank.ledger.watch(tx, inputs));
const post = (...inputs: ReturnType<typeof transfer>[]) => bank.run((tx) => bank.ledger.post(tx, inputs));
const said = () => told.map(({ measure, direction, valueMinor }) => [measure, direction, valueMinor]);

it('GAP-WAL-10: a monitor tells once each time its balance passes the threshold, not while it stays beyond', async () => {
  const { world, alice } = await openPeople(bank, 100);
  const [low, high] = await watch(
    { account: alice, measure: 'posted', direction: 'below', thresholdMinor: 50 },
    { account: alice, measure: 'posted', direction: 'above', thresholdMinor: 100 },
  );
  await post(transfer(alice, world, 50));
  expect(said()).toEqual([]);
  await post(transfer(alice, world, 1));
  await post(transfer(alice, world, 10));
  expect(said()).toEqual([['posted', 'below', 49]]);
  await post(transfer(world, alice, 61));
  await post(transfer(world, alice, 1));
  await post(transfer(alice, world, 60));
  expect(said()).toEqual([
    ['posted', 'below', 49],
    ['posted', 'above', 101],
    ['posted', 'below', 41],
  ]);
  expect(told.map(({ monitorId }) => monitorId)).toEqual([low?.id, high?.id, low?.id]);
  const listed = await bank.run((tx) => bank.ledger.crossings(tx, { monitorId: low?.id ?? '' }));
  expect(listed).toEqual([told[2], told[0]]);
  expect(
    await bank.run((tx) => bank.ledger.crossings(tx, { monitorId: low?.id ?? '', afterId: listed[0]?.id })),
  ).toEqual([told[0]]);
});

it('GAP-WAL-10: each write of a set is judged by itself and a group as one, so that how sets are cut changes nothing', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  await watch({ account: alice, measure: 'posted', direction: 'above', thresholdMinor: 100 });
  await post(
    transfer(world, alice, 5),
    transfer(alice, bob, 10),
    transfer(world, alice, 20),
    transfer(alice, bob, 115),
  );
  expect(said().map(([, , value]) => value)).toEqual([105, 115]);
  const [up, down] = [transfer(world, alice, 500), transfer(alice, bob, 450)];
  await bank.run((tx) =>
    bank.ledger.bulk(tx, [
      [
        { operation: 'post', input: up },
        { operation: 'post', input: down },
      ],
    ]),
  );
  expect(told).toHaveLength(2);
});

it('GAP-WAL-10: held and available are watched through holds, captures, voids and time', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  await watch(
    { account: alice, measure: 'available', direction: 'below', thresholdMinor: 30 },
    { account: alice, measure: 'held', direction: 'above', thresholdMinor: 60 },
  );
  const hold = { key: fresh('hold'), account: alice, amountMinor: 80, expiresAt: new Date('2026-06-01T13:00:00Z') };
  const [held] = await bank.run((tx) => bank.ledger.hold(tx, [hold]));
  expect(told).toMatchObject([
    { measure: 'available', valueMinor: 20, account: alice, asset: 'EUR', resultId: held?.ok ? held.holdId : '' },
    { measure: 'held', valueMinor: 80 },
  ]);
  const capture = { key: fresh('capture'), holdKey: hold.key, amountMinor: 30 };
  await bank.run((tx) => bank.ledger.capture(tx, [{ ...capture, postings: [{ account: bob, amountMinor: 30 }] }]));
  await bank.run((tx) => bank.ledger.expireHolds(tx, new Date('2026-06-01T13:00:00Z'), 10));
  await post(transfer(alice, world, 41));
  expect(said().slice(2)).toEqual([['available', 'below', 29]]);
  const { alice: late, world: outside } = await openPeople(bank, 100);
  await watch({ account: late, measure: 'available', direction: 'above', thresholdMinor: 90 });
  await bank.run((tx) => bank.ledger.hold(tx, [{ ...hold, key: fresh('hold'), account: late }]));
  await bank.run((tx) => bank.ledger.expireHolds(tx, new Date('2026-06-01T13:00:00Z'), 10));
  expect(said().slice(3)).toEqual([['available', 'above', 100]]);
  await post(transfer(outside, late, 1));
  expect(told).toHaveLength(4);
});

it('GAP-WAL-10: a refused write, a dry run and a rollback tell nothing that stays', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  const [monitor] = await watch({ account: alice, measure: 'posted', direction: 'below', thresholdMinor: 50 });
  await post(transfer(alice, bob, 101));
  await bank.run((tx) =>
    bank.ledger.bulk(tx, [
      [
        { operation: 'post', input: transfer(alice, bob, 90) },
        { operation: 'post', input: transfer(alice, bob, 90) },
      ],
    ]),
  );
  expect(told).toEqual([]);
  await bank.run((tx) => bank.ledger.dryRun(tx, () => bank.ledger.post(tx, [transfer(alice, bob, 90)])));
  const failed = bank.run(async (tx) => {
    await bank.ledger.post(tx, [transfer(alice, bob, 90)]);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(await bank.run((tx) => bank.ledger.crossings(tx, { monitorId: monitor?.id ?? '' }))).toEqual([]);
  told = [];
  await post(transfer(alice, bob, 90), transfer(world, bob, 1));
  expect(said()).toEqual([['posted', 'below', 10]]);
});

it('GAP-WAL-10: parallel writes around a threshold tell as often as it was crossed', async () => {
  const { world, alice } = await openPeople(bank, 100);
  const [monitor] = await watch({ account: alice, measure: 'posted', direction: 'above', thresholdMinor: 100 });
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => post(index % 2 ? transfer(world, alice, 3) : transfer(alice, world, 3))),
  );
  const crossings = await bank.run((tx) => bank.ledger.crossings(tx, { monitorId: monitor?.id ?? '' }, 1_000));
  const lines = await bank.run((tx) => bank.ledger.statement(tx, alice, { limit: 1_000 }));
  const passed = lines.filter((line) => line.balanceMinor > 100 && line.balanceMinor - line.amountMinor <= 100);
  expect(crossings.map((crossing) => crossing.resultId).sort()).toEqual(passed.map((line) => line.journalId).sort());
  expect(await offenders(bank)).toEqual({});
});

it('GAP-WAL-10: monitors are there once, silent when they begin beyond, listed page by page and taken away', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  const input = { account: alice, measure: 'posted', direction: 'above', thresholdMinor: 10 } as const;
  const [first, same, other] = await watch(input, input, { ...input, thresholdMinor: 20 });
  expect([first?.beyond, same]).toEqual([true, first]);
  expect(await watch(input)).toEqual([first]);
  await post(transfer(world, alice, 1));
  expect(told).toEqual([]);
  const ids = async (choice: object, limit?: number) =>
    (await bank.run((tx) => bank.ledger.monitors(tx, { account: alice, ...choice }, limit))).map(({ id }) => id);
  expect(await ids({}, 1)).toEqual([other?.id]);
  expect(await ids({ afterId: other?.id })).toEqual([first?.id]);
  expect(await bank.run((tx) => bank.ledger.unwatch(tx, [first?.id ?? '', other?.id ?? '']))).toHaveLength(2);
  expect(await ids({})).toEqual([]);
  expect(await ids({ removed: true })).toHaveLength(2);
  await post(transfer(alice, bob, 101), transfer(world, alice, 50));
  expect(told).toEqual([]);
  await expect(watch({ ...input, account: 'nobody' })).rejects.toMatchObject({ code: 'ledger_account_unknown' });
  await expect(watch({ ...input, thresholdMinor: 0.5 })).rejects.toMatchObject({ code: 'ledger_monitor_invalid' });
  expect(await offenders(bank)).toEqual({});
});

it('GAP-WAL-10: a write to accounts that nobody watches takes no statement more', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  const count = () =>
    bank.run(async (plain) => {
      const { tx, statements } = counted(plain);
      await bank.ledger.post(tx, [transfer(world, alice, 1), transfer(alice, bob, 1)]);
      return statements.length;
    });
  expect(await count()).toBe(3);
  await watch({ account: alice, measure: 'posted', direction: 'above', thresholdMinor: 1_000_000 });
  expect(await count()).toBe(4);
});
