/**
 * The whole checkout on one screen. A checkout has two parts that others keep for it, stock and payment, each going
 * through the same two-phase contract (reserve, then confirm or release). What a part does next stands in `partPlan`,
 * with its compensation beside it; what the checkout decides from both stands in `checkoutPlan`. Nothing here reads a
 * clock or a table: the same facts give the same end in whatever order they come, and twice counts once.
 */
export type PartName = 'stock' | 'payment';
export type PartState =
  'asked' | 'held' | 'confirming' | 'confirmed' | 'releasing' | 'released' | 'given_back' | 'not_needed';
export type CheckoutState = 'reserving' | 'confirming' | 'completed' | 'cancelled';

/** What the keeper of a part says. Refused: nothing is kept. Released: what was kept is free again. */
export type PartFact = 'reserved' | 'refused' | 'confirmed' | 'released';
type PartSignal = PartFact | 'confirm' | 'abandon';
/** What is asked of the keeper. Giving back undoes what was already confirmed: a restock, a refund. */
export type PartCommand = 'confirm' | 'release' | 'give_back';
type CheckoutSignal = 'all_held' | 'all_confirmed' | 'part_lost' | 'overdue' | 'stopped';

interface PartStep {
  to: PartState;
  say?: PartCommand;
}

interface CheckoutStep {
  to: CheckoutState;
  tell?: 'confirm' | 'abandon';
}

export const partPlan: Record<PartState, Partial<Record<PartSignal, PartStep>>> = {
  asked: {
    reserved: { to: 'held' },
    refused: { to: 'released' },
    released: { to: 'released' },
    abandon: { to: 'releasing', say: 'release' },
  },
  held: {
    confirm: { to: 'confirming', say: 'confirm' },
    refused: { to: 'released' },
    released: { to: 'released' },
    abandon: { to: 'releasing', say: 'release' },
  },
  confirming: {
    confirmed: { to: 'confirmed' },
    refused: { to: 'released' },
    released: { to: 'released' },
    abandon: { to: 'releasing', say: 'release' },
  },
  confirmed: { abandon: { to: 'given_back', say: 'give_back' } },
  // The confirmation may have won the race against our release: then what was taken is given back.
  releasing: {
    reserved: { to: 'releasing', say: 'release' },
    refused: { to: 'released' },
    released: { to: 'released' },
    confirmed: { to: 'given_back', say: 'give_back' },
  },
  // An answer that comes after the end is compensated, never believed.
  released: { reserved: { to: 'released', say: 'release' }, confirmed: { to: 'given_back', say: 'give_back' } },
  given_back: {},
  not_needed: {},
};

export const checkoutPlan: Record<CheckoutState, Partial<Record<CheckoutSignal, CheckoutStep>>> = {
  reserving: {
    all_held: { to: 'confirming', tell: 'confirm' },
    part_lost: { to: 'cancelled', tell: 'abandon' },
    overdue: { to: 'cancelled', tell: 'abandon' },
    stopped: { to: 'cancelled', tell: 'abandon' },
  },
  // Past the point of no return: a confirmation is on its way, so neither the deadline nor the buyer stops it.
  confirming: { all_confirmed: { to: 'completed' }, part_lost: { to: 'cancelled', tell: 'abandon' } },
  completed: {},
  cancelled: {},
};

export interface Saga {
  state: CheckoutState;
  stock: PartState;
  payment: PartState;
}

export type Fact = { part: PartName; fact: PartFact } | { fact: 'overdue' | 'stopped' };

export interface Advance {
  saga: Saga;
  commands: { part: PartName; command: PartCommand }[];
}

/** A checkout that has just been placed: both keepers are asked at once. An order of nothing to pay needs no payment. */
export function begin(totalMinor: number): Saga {
  return { state: 'reserving', stock: 'asked', payment: totalMinor === 0 ? 'not_needed' : 'asked' };
}

/** Where one fact takes a checkout, and what is said then. A fact that changes nothing gives the same saga and no commands. */
export function advance(saga: Saga, fact: Fact): Advance {
  const commands: Advance['commands'] = [];
  let next = saga;
  if ('part' in fact) next = movePart(next, fact.part, fact.fact, commands);
  const signal = 'part' in fact ? signalOf(next) : fact.fact;
  const step = signal && checkoutPlan[next.state][signal];
  if (!step) return { saga: next, commands };
  next = { ...next, state: step.to };
  if (step.tell) {
    next = movePart(next, 'stock', step.tell, commands);
    next = movePart(next, 'payment', step.tell, commands);
  }
  return { saga: next, commands };
}

/** Whether the checkout has ended for the buyer; parts of a cancelled one may still be on their way back. */
export function isSettled(state: CheckoutState): boolean {
  return state === 'completed' || state === 'cancelled';
}

function movePart(saga: Saga, part: PartName, signal: PartSignal, commands: Advance['commands']): Saga {
  const step = partPlan[saga[part]][signal];
  if (!step) return saga;
  if (step.say) commands.push({ part, command: step.say });
  return step.to === saga[part] ? saga : { ...saga, [part]: step.to };
}

function signalOf({ stock, payment }: Saga): CheckoutSignal | undefined {
  const both = (...states: PartState[]) => states.includes(stock) && states.includes(payment);
  if (stock === 'released' || payment === 'released') return 'part_lost';
  if (both('held', 'not_needed')) return 'all_held';
  if (both('confirmed', 'not_needed')) return 'all_confirmed';
  return undefined;
}
