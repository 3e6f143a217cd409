import fc from 'fast-check';
import { type Group, type GroupAnswer, Ledger } from '../src';
import { type Bank, fresh, offenders, openBank } from './fixture';
import { type Event, events, Model, moves, toCommand } from './model';

/** A clock that every history sets and steps as it likes, also back. */
const clock = { at: new Date(), now: () => clock.at };
let bank: Bank;
beforeAll(async () => {
  bank = await openBank(new Ledger(clock));
});
afterAll(() => bank.close());

/** Opens the model's accounts under fresh names, so that histories do not meet. */
async function openModel(): Promise<Model> {
  const model = new Model(fresh('history'));
  await bank.run((tx) => bank.ledger.open(tx, model.accounts));
  return model;
}

interface Told {
  expected: string[];
  got: string[];
  groups: Group[];
}

/** Carries out a history, groups of up to so many events as one set, and gives what both said. */
async function carryOut(model: Model, history: readonly Event[], setSize: number): Promise<Told> {
  const told: Told = { expected: [], got: [], groups: [] };
  let waiting: Event[] = [];
  const flush = async (): Promise<void> => {
    const set = waiting.flatMap((event) =>
      event.do === 'group' ? [event.moves.flatMap((move) => toCommand(model, move))] : [],
    );
    waiting = [];
    await applySet(
      model,
      set.filter((group) => group.length > 0),
      told,
    );
  };
  for (const event of history) {
    if (event.do === 'group') waiting.push(event);
    if (event.do !== 'group' || waiting.length === setSize) await flush();
    if (event.do === 'wait') model.wait(event.minutes);
    clock.at = model.time;
    if (event.do === 'sweep') await sweep(model, told);
  }
  await flush();
  return told;
}

async function applySet(model: Model, set: readonly Group[], told: Told): Promise<void> {
  if (set.length === 0) return;
  clock.at = model.time;
  const answers = await bank.run((tx) => bank.ledger.bulk(tx, set));
  set.forEach((group, index) => {
    const answer = answers[index];
    told.expected.push(model.applyGroup(group));
    told.got.push(outcome(answer));
    if (answer?.ok)
      group.forEach((command, at) => model.learn(command, { ok: true, id: answer.ids[at] ?? '', replayed: false }));
  });
  told.groups.push(...set);
}

async function sweep(model: Model, told: Told): Promise<void> {
  const expired = await bank.run((tx) => bank.ledger.expireHolds(tx, model.time, 1_000));
  // Other histories of this ledger leave holds behind that are due too.
  const mine = expired
    .filter((hold) => model.accounts.some(({ code }) => code === hold.account))
    .map((hold) => hold.key);
  told.got.push(mine.sort().join());
  told.expected.push(model.sweep().sort().join());
}

const outcome = (answer: GroupAnswer | undefined): string => {
  if (answer === undefined) return 'none';
  return answer.ok ? 'ok' : `${answer.code} at ${answer.at}`;
};

async function balances(model: Model): Promise<Record<string, number[]>> {
  const rows = await bank.run((tx) =>
    bank.ledger.balances(
      tx,
      model.accounts.map((account) => account.code),
    ),
  );
  return Object.fromEntries(rows.map((row) => [row.code, [row.posted, row.held]]));
}

it('GAP-WAL-01, GAP-WAL-02, GAP-WAL-03, GAP-WAL-09: does what a simple model does, over any history of 2 to 200 steps, groups, timeouts and a clock that steps back among them', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(events, { minLength: 2, maxLength: 200, size: 'max' }),
      fc.integer({ min: 1, max: 60 }),
      async (history, setSize) => {
        const model = await openModel();
        const { expected, got } = await carryOut(model, history, setSize);
        expect(got).toEqual(expected);
        expect(await balances(model)).toEqual(model.balances());
        for (const each of got) seen.add(each.replace(/ at .*/, ''));
      },
    ),
    { numRuns: 40 },
  );
  // What never happened was not tested.
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'ok',
      'insufficient_funds',
      'hold_closed',
      'hold_expired',
      'hold_exceeded',
      'already_reversed',
    ]),
  );
  expect(await offenders(bank)).toEqual({});
}, 120_000);

it('GAP-WAL-04: any history sent a second time, in other sets, changes nothing and gets the same answers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        events.filter((event) => event.do === 'group'),
        { minLength: 2, maxLength: 60, size: 'max' },
      ),
      fc.integer({ min: 1, max: 30 }),
      async (history, setSize) => {
        const model = await openModel();
        const { got, groups } = await carryOut(model, history, 7);
        const before = await balances(model);
        const again: string[] = [];
        for (let first = 0; first < groups.length; first += setSize) {
          const answers = await bank.run((tx) => bank.ledger.bulk(tx, groups.slice(first, first + setSize)));
          expect(answers.every((answer) => answer.replayed)).toBe(true);
          again.push(...answers.map(outcome));
        }
        expect(again).toEqual(got);
        expect(await balances(model)).toEqual(before);
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);

it('GAP-WAL-06: reversing all journals of a history, the latest first, restores every balance', async () => {
  const forward = moves.filter((move) => move.do !== 'reverse').map((move): Event => ({ do: 'group', moves: [move] }));
  await fc.assert(
    fc.asyncProperty(fc.array(forward, { minLength: 2, maxLength: 60, size: 'max' }), async (history) => {
      const model = await openModel();
      await carryOut(model, history, 20);
      await bank.run(async (tx) => {
        const open = await bank.ledger.holds(tx, { account: model.alice, status: 'open' }, 1_000);
        open.push(...(await bank.ledger.holds(tx, { account: model.bob, status: 'open' }, 1_000)));
        await bank.ledger.void(
          tx,
          open.map((hold) => ({ key: fresh('void'), holdId: hold.id })),
        );
        const answers = await bank.ledger.reverse(
          tx,
          model.journalIds.reverse().map((journalId) => ({ key: fresh('undo'), journalId })),
        );
        expect(answers.every((answer) => answer.ok)).toBe(true);
      });
      expect(
        Object.values(await balances(model))
          .flat()
          .every((amount) => amount === 0),
      ).toBe(true);
    }),
    { numRuns: 15 },
  );
  expect(await offenders(bank)).toEqual({});
}, 120_000);
