import fc from 'fast-check';
import { after, type Heard, isOpen, type Standing, type WithdrawalState } from './withdrawal-states';

const states: WithdrawalState[] = [
  'requested',
  'held',
  'submitted',
  'unknown',
  'paid',
  'failed',
  'returned',
  'cancelled',
  'rejected',
];
const standings = fc.record<Standing>({
  state: fc.constantFrom(...states),
  action: fc.constantFrom('submit' as const, 'query' as const, null),
});
const facts = fc.constantFrom<Heard['fact']>('accepted', 'paid', 'failed', 'returned', 'absent', 'silence');
const heards = fc.record<Heard>({
  fact: facts,
  learnedFrom: fc.constantFrom<Heard['learnedFrom']>('answer', 'query', 'webhook', 'statement'),
  isKeyAlive: fc.boolean(),
});
const asked: Standing = { state: 'held', action: 'submit' };
const hear = (fact: Heard['fact'], learnedFrom: Heard['learnedFrom'] = 'query', isKeyAlive = true): Heard => ({
  fact,
  learnedFrom,
  isKeyAlive,
});

it('CMP-WAL-6: silence never fails a payout and never gives its money back, however long it lasts', () => {
  fc.assert(
    fc.property(standings, fc.array(heards), (standing, said) => {
      const at = said.reduce((before, each) => after(before, each), standing);
      const silent = after(at, hear('silence'));
      expect(isOpen(silent.state)).toBe(isOpen(at.state));
      expect(silent.state === at.state || silent.state === 'unknown').toBe(true);
      if (silent.state === 'unknown') expect(silent.action).toBe('query');
    }),
  );
});

it('DIF-WAL-5: out of unknown leads only what the provider or the bank said, and asking again only while the key protects', () => {
  fc.assert(
    fc.property(heards, (heard) => {
      const { state, action } = after({ state: 'unknown', action: 'query' }, heard);
      if (heard.fact === 'silence') expect(state).toBe('unknown');
      if (action === 'submit') expect([heard.fact, heard.isKeyAlive]).toEqual(['absent', true]);
    }),
  );
});

it('moves nothing on the word of a webhook: it asks', () => {
  fc.assert(
    fc.property(standings, facts, (standing, fact) =>
      expect(after(standing, hear(fact, 'webhook')).state).toBe(standing.state),
    ),
  );
  for (const state of ['submitted', 'unknown', 'paid'] as const)
    expect(after({ state, action: null }, hear('returned', 'webhook'))).toEqual({ state, action: 'query' });
});

it('nobody outside moves what was never approved and sent', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Standing>(
        { state: 'requested', action: null },
        { state: 'held', action: null },
        { state: 'cancelled', action: null },
        { state: 'rejected', action: null },
      ),
      heards,
      (standing, heard) => expect(after(standing, heard)).toEqual(standing),
    ),
  );
});

it('money goes out at most once and comes back at most once, whatever is said and in whatever order', () => {
  fc.assert(
    fc.property(fc.array(heards, { maxLength: 40 }), (said) => {
      const path = said.reduce<Standing[]>((all, each) => [...all, after(all.at(-1) ?? asked, each)], [asked]);
      const moves = path.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
      const times = (state: WithdrawalState) => moves.filter((each) => each === state).length;
      expect([times('paid') <= 1, times('returned') <= 1, times('failed') <= 1]).toEqual([true, true, true]);
      const ends = moves.filter((state) => !isOpen(state));
      expect(['', 'paid', 'failed', 'returned', 'paid,returned', 'failed,paid', 'failed,paid,returned']).toContain(
        ends.join(','),
      );
    }),
  );
});

it('a question in the end of a payout is asked until it is answered, and then no more', () => {
  const doubted = after({ state: 'failed', action: null }, hear('paid', 'webhook'));
  expect(doubted).toEqual({ state: 'failed', action: 'query' });
  expect(after(doubted, hear('silence'))).toEqual(doubted);
  expect(after(doubted, hear('failed'))).toEqual({ state: 'failed', action: null });
  expect(after(doubted, hear('paid'))).toEqual({ state: 'paid', action: null });
});

it('what never arrived is asked for again under the same key, and left alone once the key is forgotten', () => {
  const unknown: Standing = { state: 'unknown', action: 'query' };
  expect(after(unknown, hear('absent'))).toEqual({ state: 'held', action: 'submit' });
  expect(after(unknown, hear('absent', 'query', false))).toEqual(unknown);
  expect(after(asked, hear('absent', 'query', false))).toEqual(unknown);
});
