import fc from 'fast-check';
import type { Answer, Command } from '../src';
import { type Bank, fresh, offenders, openBank } from './fixture';
import { type Move, moves, Model, toCommand } from './model';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

/** Opens the model's accounts under fresh names, so that histories do not meet. */
async function openModel(): Promise<Model> {
  const model = new Model(fresh('history'));
  await bank.run((tx) => bank.ledger.open(tx, model.accounts));
  return model;
}

/** Carries out a history, some writes as sets and some one by one, and gives what both said. */
async function carryOut(
  model: Model,
  history: Move[],
  setSize: number,
): Promise<{ expected: string[]; got: string[]; commands: Command[] }> {
  const expected: string[] = [];
  const got: string[] = [];
  const commands: Command[] = [];
  for (let first = 0; first < history.length; first += setSize) {
    const set = history.slice(first, first + setSize).flatMap((move) => toCommand(model, move));
    const answers = await bank.run((tx) => bank.ledger.apply(tx, set));
    set.forEach((command, index) => {
      expected.push(model.apply(command));
      got.push(outcome(answers[index]));
    });
    answers.forEach((answer, index) => model.learn(set[index], answer));
    commands.push(...set);
  }
  return { expected, got, commands };
}

const outcome = (answer: Answer | undefined): string =>
  answer === undefined ? 'none' : answer.ok ? 'ok' : answer.code;

async function balances(model: Model): Promise<Record<string, number[]>> {
  const rows = await bank.run((tx) =>
    bank.ledger.balances(
      tx,
      model.accounts.map((account) => account.code),
    ),
  );
  return Object.fromEntries(rows.map((row) => [row.code, [row.posted, row.held]]));
}

it('GAP-WAL-01, GAP-WAL-02, GAP-WAL-03: does what a simple model does, over any history of 2 to 200 writes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(moves, { minLength: 2, maxLength: 200, size: 'max' }),
      fc.integer({ min: 1, max: 60 }),
      async (history, setSize) => {
        const model = await openModel();
        const { expected, got } = await carryOut(model, history, setSize);
        expect(got).toEqual(expected);
        expect(await balances(model)).toEqual(model.balances());
      },
    ),
    { numRuns: 40 },
  );
  expect(await offenders(bank)).toEqual({});
}, 120_000);

it('GAP-WAL-04: any history sent a second time, in other sets, changes nothing and gets the same answers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(moves, { minLength: 2, maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 30 }),
      async (history, setSize) => {
        const model = await openModel();
        const { got, commands } = await carryOut(model, history, 7);
        const before = await balances(model);
        const again: string[] = [];
        for (let first = 0; first < commands.length; first += setSize) {
          const answers = await bank.run((tx) => bank.ledger.apply(tx, commands.slice(first, first + setSize)));
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
  const forward = moves.filter((move) => move.do !== 'reverse');
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
