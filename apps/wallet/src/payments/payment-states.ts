import type { ChargeFact } from '../processors/card-processor';

export type PaymentState =
  | 'requested'
  | 'authorised'
  | 'partially_captured'
  | 'captured'
  | 'settled'
  | 'declined'
  | 'failed'
  | 'capture_failed'
  | 'voided'
  | 'expired'
  | 'pending'
  | 'unknown';
/** `refuse` asks nobody: the payment ends as declined, because the fraud check or its reviewer said so. */
export type PaymentAction = 'authorise' | 'capture' | 'void' | 'query' | 'refuse';
/** What the payment is meant to become; a release turns it to `voided` at any time before it is captured, a time limit to `expired`. */
export type PaymentWish = 'authorised' | 'captured' | 'voided' | 'expired';

export const paymentStates: readonly PaymentState[] = [
  'requested',
  'authorised',
  'partially_captured',
  'captured',
  'settled',
  'declined',
  'failed',
  'capture_failed',
  'voided',
  'expired',
  'pending',
  'unknown',
];

export interface PaymentStanding {
  state: PaymentState;
  wants: PaymentWish;
  amountMinor: number;
  capturedMinor: number;
  /** Amounts of the captures that were asked for and have not ended, oldest first. */
  queue: readonly number[];
}

export interface PaymentStep {
  state: PaymentState;
  /** What to ask of the processor next; nothing when the payment is where it is wanted. */
  action: PaymentAction | null;
  /** All that was taken so far: it never falls. */
  capturedMinor: number;
  /** How the oldest capture that was asked for ended, if it did. */
  part?: 'captured' | 'failed';
}

/** Nothing more is asked of the processor. `captured` goes on to `settled`, which a statement tells and no processor. */
const final: ReadonlySet<PaymentState> = new Set([
  'declined',
  'failed',
  'captured',
  'settled',
  'capture_failed',
  'voided',
  'expired',
]);

export const isFinal = (state: PaymentState): boolean => final.has(state);

/** Whether it ended without any money being taken. */
export const cameToNothing = (state: PaymentState): boolean =>
  isFinal(state) && state !== 'captured' && state !== 'settled';

/** What to ask next to bring a payment from where it is to where it is wanted. */
export function nextAction(state: PaymentState, wants: PaymentWish, isCapturing = false): PaymentAction | null {
  switch (state) {
    case 'requested':
      return 'authorise';
    case 'authorised':
    case 'partially_captured':
      if (wants === 'voided' || wants === 'expired') return 'void';
      return wants === 'captured' || isCapturing ? 'capture' : null;
    case 'unknown':
    case 'pending':
      return 'query';
    case 'declined':
    case 'failed':
    case 'captured':
    case 'settled':
    case 'capture_failed':
    case 'voided':
    case 'expired':
      return null;
  }
}

/**
 * The state after the processor said something, wherever it was said (answer, query or webhook). A final state is never
 * left, what was taken never shrinks, and captured is never undone by a late "authorised": whoever comes first wins.
 */
export function after(standing: PaymentStanding, heard: ChargeFact): PaymentStep {
  const { state, wants, amountMinor, capturedMinor } = standing;
  if (isFinal(state)) return { state, action: null, capturedMinor };
  const taken = takenAfter(standing, heard);
  const part = partAfter(standing, heard, taken);
  const isCapturing = standing.queue.length > (part ? 1 : 0);
  const to = (next: PaymentState): PaymentStep => ({
    state: next,
    action: nextAction(next, wants, isCapturing),
    capturedMinor: taken,
    ...(part && { part }),
  });
  // What was taken stays taken: an end without money is only possible while none was.
  const ended = (next: PaymentState): PaymentStep => to(taken > 0 ? 'captured' : next);
  const open = taken > 0 ? 'partially_captured' : 'authorised';
  switch (heard.fact) {
    case 'authorised':
      return to(open);
    case 'captured':
      return to(heard.isOpen && taken < amountMinor ? open : 'captured');
    case 'capture_failed':
      // One part that the bank refused leaves the rest as it was; all of it refused is the end.
      return wants === 'captured' && taken === 0 && standing.queue.length === 0 ? to('capture_failed') : to(open);
    case 'pending':
      return to('pending');
    case 'look':
      return to(state === 'pending' ? 'pending' : 'unknown');
    case 'declined':
    case 'failed':
      return ended(heard.fact);
    case 'voided':
    case 'expired':
      return ended(wants === 'expired' ? 'expired' : heard.fact);
    case 'absent':
      // Never arrived. Nothing to undo when it is not wanted any more; otherwise asked again under the same key.
      if (capturedMinor > 0) return to('unknown');
      return wants === 'voided' || wants === 'expired' ? to(wants) : to('requested');
  }
}

/** A processor tells sums; one that lags behind what is known, or says more than was authorised, changes nothing. */
function takenAfter({ amountMinor, capturedMinor }: PaymentStanding, heard: ChargeFact): number {
  if (heard.fact !== 'captured') return capturedMinor;
  return Math.min(amountMinor, Math.max(capturedMinor, heard.capturedMinor ?? amountMinor));
}

function partAfter({ queue, capturedMinor }: PaymentStanding, heard: ChargeFact, taken: number): PaymentStep['part'] {
  const [asked] = queue;
  if (asked === undefined) return undefined;
  if (heard.fact === 'capture_failed') return 'failed';
  return taken - capturedMinor >= asked ? 'captured' : undefined;
}

/** The states in which the answer to each question is awaited. */
const awaitedIn: Record<PaymentAction, readonly PaymentState[]> = {
  authorise: ['requested'],
  capture: ['authorised', 'partially_captured'],
  void: ['authorised', 'partially_captured'],
  query: ['unknown', 'pending'],
  refuse: ['requested'],
};

/** Whether the answer still matters: a webhook may have told it while we waited. */
export const isAwaited = (state: PaymentState, asked: PaymentAction): boolean => awaitedIn[asked].includes(state);

/** The state after silence: unknown, and only a query or a webhook leads out of it. */
export function afterSilence({ state, capturedMinor }: PaymentStanding): PaymentStep {
  if (isFinal(state)) return { state, action: null, capturedMinor };
  return { state: 'unknown', action: 'query', capturedMinor };
}
