import fc from 'fast-check';
import type { ChargeFact } from '../processors/card-processor';
import {
  after,
  afterSilence,
  cameToNothing,
  isFinal,
  nextAction,
  type PaymentStanding,
  type PaymentState,
  paymentStates,
  type PaymentStep,
  type PaymentWish,
} from './payment-states';

const amount = 1_000;
const sums = fc.integer({ min: 1, max: amount });
const facts: fc.Arbitrary<ChargeFact> = fc.oneof(
  fc.constantFrom<ChargeFact>(
    { fact: 'authorised', reference: 'r' },
    { fact: 'declined', code: 'card_declined' },
    { fact: 'failed', code: 'request_refused' },
    { fact: 'captured', reference: 'r' },
    { fact: 'capture_failed', code: 'capture_failed' },
    { fact: 'pending', reference: 'r' },
    { fact: 'voided', reference: 'r' },
    { fact: 'expired', reference: 'r' },
    { fact: 'absent' },
    { fact: 'look', reference: 'r', capture: 'c' },
  ),
  fc.record({
    fact: fc.constant('captured' as const),
    reference: fc.constant('r'),
    capturedMinor: sums,
    isOpen: fc.boolean(),
  }),
);
const wishes = fc.constantFrom<PaymentWish>('authorised', 'captured', 'voided', 'expired');
const queues = fc.array(sums, { maxLength: 3 });

/** Any standing that can be: what was taken fits its state. */
const standings: fc.Arbitrary<PaymentStanding> = fc
  .record({ state: fc.constantFrom(...paymentStates), wants: wishes, taken: sums, queue: queues })
  .map(({ state, wants, taken, queue }) => ({
    state,
    wants,
    amountMinor: amount,
    capturedMinor: takes(state) ? taken : 0,
    queue: isFinal(state) ? [] : queue,
  }));

const takes = (state: PaymentState) => ['partially_captured', 'captured', 'settled'].includes(state);
const at = (state: PaymentState, wants: PaymentWish, more: Partial<PaymentStanding> = {}): PaymentStanding => ({
  state,
  wants,
  amountMinor: amount,
  capturedMinor: 0,
  queue: [],
  ...more,
});

/** Goes on from a standing by everything that is heard. */
function through(
  start: PaymentStanding,
  heard: readonly ChargeFact[],
): { before: PaymentStanding; step: PaymentStep }[] {
  let before = start;
  return heard.map((fact) => {
    const step = after(before, fact);
    const walked = { before, step };
    before = {
      ...before,
      state: step.state,
      capturedMinor: step.capturedMinor,
      queue: isFinal(step.state) ? [] : before.queue.slice(step.part ? 1 : 0),
    };
    return walked;
  });
}

it('WAL-09, CMP-WAL-5: never leaves a final state, whatever is heard and from wherever', () => {
  fc.assert(
    fc.property(standings, fc.array(facts), (standing, heard) => {
      for (const { before, step } of through(standing, heard)) {
        if (!isFinal(before.state)) continue;
        expect(step).toEqual({ state: before.state, action: null, capturedMinor: before.capturedMinor });
      }
    }),
  );
});

it('CMP-WAL-4: what was taken never shrinks and never exceeds the authorisation, in whatever order it is told', () => {
  fc.assert(
    fc.property(standings, fc.array(facts), (standing, heard) => {
      for (const { before, step } of through(standing, heard)) {
        expect(step.capturedMinor).toBeGreaterThanOrEqual(before.capturedMinor);
        expect(step.capturedMinor).toBeLessThanOrEqual(amount);
        if (cameToNothing(step.state)) expect(step.capturedMinor).toBe(0);
        if (takes(step.state)) expect(step.capturedMinor).toBeGreaterThan(0);
      }
    }),
  );
});

it('a part ends once, and as taken only when as much was taken since it was asked for', () => {
  fc.assert(
    fc.property(standings, fc.array(facts), (standing, heard) => {
      for (const { before, step } of through(standing, heard)) {
        if (step.part === undefined) continue;
        expect(before.queue.length).toBeGreaterThan(0);
        if (step.part === 'captured')
          expect(step.capturedMinor - before.capturedMinor).toBeGreaterThanOrEqual(before.queue[0] ?? NaN);
      }
    }),
  );
});

it('always asks something until the end is reached or the payment rests where it is wanted', () => {
  fc.assert(
    fc.property(standings, facts, (standing, heard) => {
      const { state, action } = after(standing, heard);
      const rests = ['authorised', 'partially_captured'].includes(state) && standing.wants === 'authorised';
      if (action === null) expect(isFinal(state) || rests).toBe(true);
      else expect(isFinal(state)).toBe(false);
    }),
  );
});

it('CMP-WAL-6: silence leads to unknown, and unknown asks; it never charges again by itself', () => {
  fc.assert(
    fc.property(standings, (standing) => {
      const { state, action, capturedMinor } = afterSilence(standing);
      expect(capturedMinor).toBe(standing.capturedMinor);
      expect(isFinal(standing.state) ? action : [state, action]).toEqual(
        isFinal(standing.state) ? null : ['unknown', 'query'],
      );
    }),
  );
});

it('undoes an authorisation that turns out to exist after the checkout was released', () => {
  const authorised = after(at('unknown', 'voided'), { fact: 'authorised', reference: 'r' });
  expect(authorised).toMatchObject({ state: 'authorised', action: 'void' });
  expect(after(at('unknown', 'voided'), { fact: 'absent' })).toMatchObject({ state: 'voided', action: null });
});

it('what is voided after a part of it was taken stays taken', () => {
  const standing = at('partially_captured', 'voided', { capturedMinor: 300 });
  expect(after(standing, { fact: 'voided', reference: 'r' })).toMatchObject({ state: 'captured', capturedMinor: 300 });
});

it('a part that the bank refuses leaves the rest to be taken, and the next part is asked for', () => {
  const standing = at('authorised', 'authorised', { queue: [300, 200] });
  expect(after(standing, { fact: 'capture_failed', code: 'x' })).toEqual({
    state: 'authorised',
    action: 'capture',
    capturedMinor: 0,
    part: 'failed',
  });
});

it('asks nothing more once it is where it is wanted', () => {
  expect(nextAction('authorised', 'authorised')).toBeNull();
  expect(nextAction('captured', 'captured')).toBeNull();
  expect(nextAction('authorised', 'captured')).toBe('capture');
  expect(nextAction('authorised', 'authorised', true)).toBe('capture');
  expect(nextAction('partially_captured', 'expired')).toBe('void');
});
