import fc from 'fast-check';
import {
  advance,
  begin,
  checkoutPlan,
  isSettled,
  partPlan,
  type Fact,
  type PartCommand,
  type PartFact,
  type PartName,
  type Saga,
} from './checkout-plan';

/** What happened at a keeper of stock or money, as its own service would do it: idempotent, and strict about order. */
interface Keeper {
  state: 'nothing' | 'held' | 'refused' | 'released' | 'confirmed' | 'given_back';
}

/** How a keeper answers one command; the same rules that catalog and wallet promise in their contracts. */
function answer(
  keeper: Keeper,
  command: PartCommand | 'reserve',
  mood: { refuses: boolean; confirmFails: boolean },
): PartFact[] {
  if (command === 'reserve') {
    if (keeper.state === 'released') return ['refused'];
    if (keeper.state !== 'nothing') return [];
    keeper.state = mood.refuses ? 'refused' : 'held';
    return [mood.refuses ? 'refused' : 'reserved'];
  }
  if (command === 'release') {
    if (keeper.state === 'nothing' || keeper.state === 'held') keeper.state = 'released';
    return keeper.state === 'released' ? ['released'] : [];
  }
  if (command === 'confirm') {
    if (keeper.state !== 'held') return [];
    keeper.state = mood.confirmFails ? 'refused' : 'confirmed';
    return [mood.confirmFails ? 'refused' : 'confirmed'];
  }
  expect(keeper.state).toBe('confirmed');
  keeper.state = 'given_back';
  return [];
}

type Parcel = { to: PartName; command: PartCommand | 'reserve' } | { fact: Fact };

/** Lets messages arrive in any order and more than once until nothing is on its way; `pick` is the adversary. */
function play(
  pick: (below: number) => number,
  moods: Record<PartName, { refuses: boolean; confirmFails: boolean }>,
  totalMinor: number,
) {
  const keepers: Record<PartName, Keeper> = { stock: { state: 'nothing' }, payment: { state: 'nothing' } };
  let saga: Saga = begin(totalMinor);
  const ends = new Set<string>();
  const post: Parcel[] = [{ to: 'stock', command: 'reserve' }];
  if (saga.payment === 'asked') post.push({ to: 'payment', command: 'reserve' });
  const nudges: Fact[] = [{ fact: 'overdue' }, { fact: 'stopped' }];
  let duplicates = 12;
  for (let round = 0; post.length > 0; round += 1) {
    expect(round).toBeLessThan(400);
    const choice = pick(10);
    if (choice === 0 && nudges.length > 0) post.push({ fact: nudges.pop() as Fact });
    if (choice === 1) expire(keepers, post, pick(2) === 0 ? 'stock' : 'payment');
    const index = pick(post.length);
    const parcel = post[index] as Parcel;
    if (choice === 2 && duplicates > 0) duplicates -= 1;
    else post.splice(index, 1);
    if ('to' in parcel) {
      if (parcel.command === 'give_back' && keepers[parcel.to].state === 'given_back') continue;
      for (const fact of answer(keepers[parcel.to], parcel.command, moods[parcel.to]))
        post.push({ fact: { part: parcel.to, fact } });
      continue;
    }
    const before = saga;
    const step = advance(saga, parcel.fact);
    saga = step.saga;
    if (isSettled(saga.state)) ends.add(saga.state);
    if (isSettled(before.state)) expect(saga.state).toBe(before.state);
    for (const { part, command } of step.commands) post.push({ to: part, command });
  }
  return { saga, keepers, ends: [...ends] };
}

/** A keeper whose time limit ran out lets go by itself and says so. */
function expire(keepers: Record<PartName, Keeper>, post: Parcel[], part: PartName): void {
  if (keepers[part].state !== 'held') return;
  keepers[part].state = 'released';
  post.push({ fact: { part, fact: 'released' } });
}

const mood = fc.record({ refuses: fc.boolean(), confirmFails: fc.boolean() });

describe('checkout plan', () => {
  it('GAP-ORD-01, K8S-45: ends completed or cancelled, never both, with everything reserved confirmed or given back, whatever the order of facts', () => {
    const ended = { completed: 0, cancelled: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 50, maxLength: 120 }),
        mood,
        mood,
        fc.constantFrom(0, 2_610),
        (picks, stock, payment, total) => {
          let at = 0;
          const pick = (below: number) => (picks[at++ % picks.length] ?? 0) % below;
          const { saga, keepers, ends } = play(pick, { stock, payment }, total);
          expect(ends).toEqual([saga.state]);
          ended[saga.state as 'completed' | 'cancelled'] += 1;
          const states = [keepers.stock.state, keepers.payment.state];
          if (saga.state === 'completed') expect(states).toEqual(['confirmed', total === 0 ? 'nothing' : 'confirmed']);
          else for (const state of states) expect(['nothing', 'refused', 'released', 'given_back']).toContain(state);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(ended.completed).toBeGreaterThan(100);
    expect(ended.cancelled).toBeGreaterThan(100);
  });

  it('answers every signal in every state without a throw and never leaves an end', () => {
    for (const [state, steps] of Object.entries(checkoutPlan)) {
      if (state === 'completed' || state === 'cancelled') expect(steps).toEqual({});
    }
    expect(partPlan.given_back).toEqual({});
  });

  it('asks both keepers to confirm as soon as both hold, and completes when both have', () => {
    const held = advance(begin(100), { part: 'payment', fact: 'reserved' });
    expect(held).toEqual({ saga: { state: 'reserving', stock: 'asked', payment: 'held' }, commands: [] });
    const both = advance(held.saga, { part: 'stock', fact: 'reserved' });
    expect(both.saga).toEqual({ state: 'confirming', stock: 'confirming', payment: 'confirming' });
    expect(both.commands).toEqual([
      { part: 'stock', command: 'confirm' },
      { part: 'payment', command: 'confirm' },
    ]);
    const sold = advance(both.saga, { part: 'stock', fact: 'confirmed' });
    expect(advance(sold.saga, { part: 'payment', fact: 'confirmed' }).saga.state).toBe('completed');
  });

  it('releases the other part when one is refused, and a reservation that comes too late', () => {
    const refused = advance(begin(100), { part: 'payment', fact: 'refused' });
    expect(refused.saga).toEqual({ state: 'cancelled', stock: 'releasing', payment: 'released' });
    expect(refused.commands).toEqual([{ part: 'stock', command: 'release' }]);
    expect(advance(refused.saga, { part: 'stock', fact: 'reserved' }).commands).toEqual([
      { part: 'stock', command: 'release' },
    ]);
  });

  it('gives back what was sold when the capture fails after it', () => {
    const confirming: Saga = { state: 'confirming', stock: 'confirmed', payment: 'confirming' };
    const failed = advance(confirming, { part: 'payment', fact: 'refused' });
    expect(failed.saga).toEqual({ state: 'cancelled', stock: 'given_back', payment: 'released' });
    expect(failed.commands).toEqual([{ part: 'stock', command: 'give_back' }]);
  });

  it('does not let a deadline or the buyer stop a checkout that is being confirmed', () => {
    const confirming: Saga = { state: 'confirming', stock: 'confirming', payment: 'confirmed' };
    expect(advance(confirming, { fact: 'overdue' })).toEqual({ saga: confirming, commands: [] });
    expect(advance(confirming, { fact: 'stopped' })).toEqual({ saga: confirming, commands: [] });
  });
});
