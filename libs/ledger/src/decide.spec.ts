import fc from 'fast-check';
import type { AccountState, Books } from './books';
import type { Numbered } from './decide';
import { decide } from './decide-groups';
import type { Command } from './types';

function books(...accounts: (Partial<AccountState> & { code: string })[]): Books {
  const states = accounts.map((account) => ({
    id: account.code,
    place: '(0,1)',
    asset: 'EUR',
    allowNegative: false,
    closed: false,
    monitored: false,
    posted: 0,
    held: 0,
    postings: 0,
    ...account,
  }));
  return {
    accounts: new Map(states.map((state) => [state.code, state])),
    holds: new Map(),
    holdIds: new Map(),
    originals: new Map(),
    monitors: [],
    now: new Date('2026-06-01T00:00:00Z'),
  };
}

const numbered = (commands: Command[]): Numbered[][] =>
  commands.map((command, index) => [{ id: `id-${index}`, command }]);
const post = (...postings: [string, number][]): Command => ({
  operation: 'post',
  input: { key: 'key', kind: 'test', postings: postings.map(([account, amountMinor]) => ({ account, amountMinor })) },
});
const outcomes = (state: Books, ...commands: Command[]) =>
  decide(state, numbered(commands))
    .decisions.flat()
    .map((decision) => (decision.ok ? 'ok' : decision.code));

it('GAP-WAL-03: judges a journal by what it leaves behind, not by the order of its postings', () => {
  const state = books({ code: 'a', posted: 10 }, { code: 'b', posted: 0 });
  expect(outcomes(state, post(['a', -60], ['b', 60], ['a', 50], ['b', -50]))).toEqual(['ok']);
  expect(state.accounts.get('a')).toMatchObject({ posted: 0, postings: 2 });
});

it('numbers the postings of an account and gives each the balance after it', () => {
  const state = books({ code: 'a', posted: 10, postings: 7 }, { code: 'b' });
  const { changes } = decide(state, numbered([post(['a', -3], ['b', 3]), post(['a', -4], ['b', 4])]));
  const ofA = changes.postings
    .filter((posting) => posting.accountId === 'a')
    .map(({ seq, amount, balanceAfter }) => [seq, amount, balanceAfter]);
  expect(ofA).toEqual([
    [8, -3, 7],
    [9, -4, 3],
  ]);
});

it('refuses a sum that would not be exact, also in between', () => {
  const big = Number.MAX_SAFE_INTEGER;
  const state = books({ code: 'a', allowNegative: true, posted: 5 }, { code: 'b', allowNegative: true });
  expect(outcomes(state, post(['a', big], ['b', -big]))).toEqual(['overflow']);
  expect(outcomes(state, post(['a', big], ['a', -big], ['b', 1], ['b', -1]))).toEqual(['overflow']);
  expect(outcomes(state, post(['b', big], ['a', -big]))).toEqual(['ok']);
});

it('CMP-WAL-3: refuses a capture into another asset', () => {
  const state = books({ code: 'a', posted: 100 }, { code: 'usd', asset: 'USD' });
  const commands: Command[] = [
    { operation: 'hold', input: { key: 'hold', account: 'a', amountMinor: 50 } },
    {
      operation: 'capture',
      input: { key: 'capture', holdKey: 'hold', amountMinor: 50, postings: [{ account: 'usd', amountMinor: 50 }] },
    },
  ];
  expect(outcomes(state, ...commands)).toEqual(['ok', 'unbalanced']);
  expect(state.accounts.get('a')).toMatchObject({ posted: 100, held: 50 });
  expect([...state.holds.values()]).toEqual([expect.objectContaining({ captured: 0, status: 'open' })]);
});

it('leaves the books as they were when it refuses', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'nobody');
  const postings = fc.array(
    fc.tuple(
      names,
      fc.integer({ min: -50, max: 50 }).filter((amount) => amount !== 0),
    ),
    { minLength: 2, maxLength: 6 },
  );
  fc.assert(
    fc.property(fc.array(postings, { maxLength: 20 }), (journals) => {
      const state = books(
        { code: 'a', posted: 40, held: 10 },
        { code: 'b', posted: 20 },
        { code: 'c', allowNegative: true },
      );
      for (const journal of journals) {
        const before = structuredClone(state);
        const { decisions, changes } = decide(state, numbered([post(...journal)]));
        if (!decisions[0]?.[0]?.ok) {
          expect(state).toEqual(before);
          expect(changes).toMatchObject({ journals: [], postings: [], newHolds: new Set() });
        }
        const balances = [...state.accounts.values()];
        expect(balances.reduce((sum, account) => sum + account.posted, 0)).toBe(60);
        expect(balances.every((account) => account.allowNegative || account.posted >= account.held)).toBe(true);
      }
    }),
  );
});
