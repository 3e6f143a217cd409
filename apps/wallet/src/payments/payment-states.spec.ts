import fc from 'fast-check';
import type { ChargeFact } from '../processors/card-processor';
import { after, afterSilence, isFinal, nextAction, type PaymentStanding, type PaymentState } from './payment-states';

const facts = fc.constantFrom<ChargeFact>(
  { fact: 'authorised', reference: 'r' },
  { fact: 'declined', code: 'card_declined' },
  { fact: 'captured', reference: 'r' },
  { fact: 'capture_failed', code: 'capture_failed' },
  { fact: 'voided', reference: 'r' },
  { fact: 'absent' },
);
const states = fc.constantFrom<PaymentState>(
  'requested',
  'authorised',
  'declined',
  'captured',
  'capture_failed',
  'voided',
  'unknown',
);
const standings = fc.record({
  state: states,
  wants: fc.constantFrom('authorised' as const, 'captured' as const, 'voided' as const),
});

it('WAL-09, CMP-WAL-5: never leaves a final state, whatever is heard and from wherever', () => {
  fc.assert(
    fc.property(standings, fc.array(facts), (standing, heard) => {
      let at: PaymentStanding = standing;
      for (const fact of heard) {
        const { state, action } = after(at, fact);
        if (isFinal(at.state)) expect({ state, action }).toEqual({ state: at.state, action: null });
        at = { ...at, state };
      }
    }),
  );
});

it('CMP-WAL-6: silence leads to unknown, and unknown asks; it never charges again by itself', () => {
  fc.assert(
    fc.property(standings, (standing) => {
      const { state, action } = afterSilence(standing);
      expect(isFinal(standing.state) ? action : [state, action]).toEqual(
        isFinal(standing.state) ? null : ['unknown', 'query'],
      );
    }),
  );
});

it('undoes an authorisation that turns out to exist after the checkout was released', () => {
  expect(after({ state: 'unknown', wants: 'voided' }, { fact: 'authorised', reference: 'r' })).toEqual({
    state: 'authorised',
    action: 'void',
  });
  expect(after({ state: 'unknown', wants: 'voided' }, { fact: 'absent' })).toEqual({ state: 'voided', action: null });
});

it('asks nothing more once it is where it is wanted', () => {
  expect(nextAction('authorised', 'authorised')).toBeNull();
  expect(nextAction('captured', 'captured')).toBeNull();
  expect(nextAction('authorised', 'captured')).toBe('capture');
});
