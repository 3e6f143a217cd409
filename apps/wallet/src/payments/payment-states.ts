import type { ChargeFact } from '../processors/card-processor';

export type PaymentState =
  'requested' | 'authorised' | 'declined' | 'captured' | 'capture_failed' | 'voided' | 'unknown';
export type PaymentAction = 'authorise' | 'capture' | 'void' | 'query';
/** What the payment is meant to become; a release turns it to `voided` at any time before it is captured. */
export type PaymentWish = 'authorised' | 'captured' | 'voided';

export interface PaymentStanding {
  state: PaymentState;
  wants: PaymentWish;
}

export interface PaymentStep {
  state: PaymentState;
  /** What to ask of the processor next; nothing when the payment is where it is wanted. */
  action: PaymentAction | null;
}

const final: ReadonlySet<PaymentState> = new Set(['declined', 'captured', 'capture_failed', 'voided']);

export const isFinal = (state: PaymentState): boolean => final.has(state);

/** What to ask next to bring a payment from where it is to where it is wanted. */
export function nextAction(state: PaymentState, wants: PaymentWish): PaymentAction | null {
  switch (state) {
    case 'requested':
      return 'authorise';
    case 'authorised':
      return wants === 'captured' ? 'capture' : wants === 'voided' ? 'void' : null;
    case 'unknown':
      return 'query';
    case 'declined':
    case 'captured':
    case 'capture_failed':
    case 'voided':
      return null;
  }
}

/**
 * The state after the processor said something, wherever it was said (answer, query or webhook). A final state is never
 * left, and captured is never undone by a late "authorised": whoever comes first wins, the others change nothing.
 */
export function after(standing: PaymentStanding, heard: ChargeFact): PaymentStep {
  const { state, wants } = standing;
  const to = (next: PaymentState): PaymentStep => ({ state: next, action: nextAction(next, wants) });
  if (isFinal(state)) return { state, action: null };
  switch (heard.fact) {
    case 'authorised':
      return to('authorised');
    case 'declined':
      return to('declined');
    case 'captured':
      return to('captured');
    case 'capture_failed':
      return to('capture_failed');
    case 'voided':
      return to('voided');
    case 'absent':
      // Never arrived. Nothing to undo when it is not wanted any more; otherwise asked again under the same key.
      return wants === 'voided' ? to('voided') : to('requested');
  }
}

/** The state in which the answer to each question is awaited. */
const awaitedIn: Record<PaymentAction, PaymentState> = {
  authorise: 'requested',
  capture: 'authorised',
  void: 'authorised',
  query: 'unknown',
};

/** Whether the answer still matters: a webhook may have told it while we waited. */
export const isAwaited = (state: PaymentState, asked: PaymentAction): boolean => awaitedIn[asked] === state;

/** The state after silence: unknown, and only a query or a webhook leads out of it. */
export function afterSilence(standing: PaymentStanding): PaymentStep {
  return isFinal(standing.state) ? { state: standing.state, action: null } : { state: 'unknown', action: 'query' };
}
