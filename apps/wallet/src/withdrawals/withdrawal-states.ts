/**
 * `requested`: asked for, its money is set aside, people have to approve · `held`: approved, waits for its batch and for the
 * provider to take it · `submitted`: the provider has it · `unknown`: the provider was asked and said nothing · `paid`,
 * `failed`, `returned`: how it ended · `cancelled` by the member, `rejected` by staff, both before anybody was asked to pay.
 */
export type WithdrawalState =
  'requested' | 'held' | 'submitted' | 'unknown' | 'paid' | 'failed' | 'returned' | 'cancelled' | 'rejected';
export type PayoutAction = 'submit' | 'query';
export type LearnedFrom =
  'request' | 'rule' | 'person' | 'batch' | 'answer' | 'query' | 'webhook' | 'statement' | 'silence';

/** What a payout provider or a bank statement says of a payout. */
export type PayoutFact =
  | { fact: 'accepted'; reference: string }
  | { fact: 'paid'; reference?: string }
  | { fact: 'failed'; reference?: string; code: string }
  | { fact: 'returned'; reference?: string; code: string }
  /** The provider has never heard of it. */
  | { fact: 'absent' };

export interface Standing {
  state: WithdrawalState;
  action: PayoutAction | null;
}

export interface Heard {
  /** Nothing when the provider was silent. */
  fact: PayoutFact['fact'] | 'silence';
  learnedFrom: LearnedFrom;
  /** Whether the provider still knows the intent's key, so that asking again cannot pay again. */
  isKeyAlive: boolean;
}

/** Out of these only the member and staff lead: no provider was ever asked. */
const unasked: ReadonlySet<WithdrawalState> = new Set(['requested', 'cancelled', 'rejected']);
const open: ReadonlySet<WithdrawalState> = new Set(['held', 'submitted', 'unknown']);

/** Whether the money is still set aside. */
export const isOpen = (state: WithdrawalState): boolean => state === 'requested' || open.has(state);

/** What to ask of the provider next where nothing else was decided: a payout under way is asked after until it has ended. */
const nextAction = (state: WithdrawalState): PayoutAction | null =>
  state === 'submitted' || state === 'unknown' ? 'query' : null;

/** Whether anything that is said from outside counts: the provider was asked, or is about to be. */
const isAsked = ({ state, action }: Standing): boolean => !unasked.has(state) && (state !== 'held' || action !== null);

/**
 * Whether a webhook says what we do not know. What comes unasked may be late, doubled or wrong, so it moves nothing: it makes us
 * ask. A webhook that said `paid` too early, and a failure that followed it, would otherwise end as money that came back.
 */
export function isDoubtful(standing: Standing, heard: Heard): boolean {
  return heard.learnedFrom === 'webhook' && isAsked(standing) && stateAfter(standing.state, heard) !== standing.state;
}

/**
 * Where a payout stands after something was said about it. Silence makes it unknown, and only what the provider answers when it
 * is asked, or a statement of the bank, leads out.
 */
export function after(standing: Standing, heard: Heard): Standing {
  const { state, action } = standing;
  if (!isAsked(standing)) return { state, action };
  if (isDoubtful(standing, heard)) return { state, action: 'query' };
  const next = stateAfter(state, heard);
  if (next === state) return { state, action: actionAfter(standing, heard) };
  return { state: next, action: next === 'held' ? 'submit' : nextAction(next) };
}

function stateAfter(state: WithdrawalState, { fact, isKeyAlive }: Heard): WithdrawalState {
  switch (fact) {
    case 'silence':
      return state === 'held' ? 'unknown' : state;
    case 'absent':
      // Never arrived: asked again under the same key, as long as the key still protects; afterwards somebody has to look.
      if (state !== 'held' && state !== 'unknown') return state;
      return isKeyAlive ? 'held' : 'unknown';
    case 'accepted':
      return open.has(state) ? 'submitted' : state;
    case 'paid':
      // After a failure, too: then the money is out although it was given back, and the books have to say so.
      return state === 'returned' ? state : 'paid';
    case 'failed':
      return open.has(state) ? 'failed' : state === 'paid' ? 'returned' : state;
    case 'returned':
      return open.has(state) || state === 'paid' ? 'returned' : state;
  }
}

/** A question that got its answer is not asked again, except while the payout is under way. */
function actionAfter({ state, action }: Standing, { fact, learnedFrom }: Heard): PayoutAction | null {
  if (open.has(state)) return state === 'held' ? 'submit' : 'query';
  return learnedFrom === 'query' && fact !== 'silence' ? null : action;
}
