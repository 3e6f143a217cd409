import type { Wish } from './config';
import { CannotLook } from './config';
import { type Deliveries, lookAtDeliveries } from './deliveries';
import type { Invariant, Offender, View } from './invariant';
import { waitForQuiet } from './quiet';
import { type Service, services } from './services';
import { Store } from './store';

/** Invariants that are looked at beside one another; statements of one database still come one after the other. */
const lanes = 3;

export interface Result {
  name: string;
  says: string;
  services: readonly Service[];
  examined: number;
  /** Time that it kept databases busy. */
  milliseconds: number;
  verdict: 'holds' | 'broken' | 'not_looked';
  offenders: Offender[];
  /** Why it could not be looked at. */
  error?: string;
}

export interface Proof {
  /** `broken` when anything is, `not_looked` when something could not be looked at. */
  verdict: 'holds' | 'broken' | 'not_looked';
  /** The moment that is proven, by the first database's clock. */
  lookedAt: string;
  waitedMs: number;
  tookMs: number;
  /** What was on its way at that moment: messages that somebody had not handled, and things that waited for somebody outside. */
  onTheirWay: { messages: number; work: number };
  results: Result[];
}

/** Looks at every store at one moment and proves the invariants. Changes nothing. Throws CannotLook when a store cannot be opened. */
export async function prove(wish: Wish, invariants: readonly Invariant[]): Promise<Proof> {
  const stores = await openAll(wish);
  try {
    return await proveIn(stores, wish, invariants);
  } finally {
    await Promise.all(Object.values(stores).map((store) => store.close()));
  }
}

async function proveIn(stores: Record<Service, Store>, wish: Wish, invariants: readonly Invariant[]): Promise<Proof> {
  const graceMs = wish.graceSeconds * 1_000;
  const { waitedMs, busy } = await waitForQuiet(stores, wish.waitSeconds * 1_000, graceMs).catch(cannotLook);
  const started = performance.now();
  // All at once: the nearer the moments, the less is on its way between them.
  const moments = await Promise.all(
    services.map(async (service) => [service, await stores[service].look()] as const),
  ).catch(cannotLook);
  const lookedAt = Object.fromEntries(moments) as Record<Service, Date>;
  const deliveries = await lookAtDeliveries({ stores, lookedAt, graceMs, limit: wish.limit }).catch(cannotLook);
  const chosen = invariants.filter(({ name }) => name.startsWith(wish.only));
  const results = await inLanes(chosen, (invariant) =>
    resultOf(invariant, stores, deliveries, { graceMs, limit: wish.limit }),
  );
  return {
    verdict: verdictOf(results),
    lookedAt: new Date(Math.min(...Object.values(lookedAt).map((at) => at.getTime()))).toISOString(),
    waitedMs: Math.round(waitedMs),
    tookMs: Math.round(performance.now() - started),
    onTheirWay: { messages: deliveries.outstanding.length, work: busy.work },
    results,
  };
}

async function resultOf(
  { name, says, services: of, look }: Invariant,
  stores: Record<Service, Store>,
  { heard, inFlight }: Deliveries,
  { graceMs, limit }: { graceMs: number; limit: number },
): Promise<Result> {
  let milliseconds = 0;
  const view: View = {
    of: (service) => stores[service].reader((spent) => (milliseconds += spent)),
    inFlight,
    heard,
    graceMs,
    limit,
  };
  try {
    const looked = await look(view);
    const verdict = looked.offenders.length > 0 ? 'broken' : 'holds';
    return {
      name,
      says,
      services: of,
      examined: looked.examined,
      milliseconds: Math.round(looked.milliseconds ?? milliseconds),
      verdict,
      offenders: looked.offenders,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      name,
      says,
      services: of,
      examined: 0,
      milliseconds: Math.round(milliseconds),
      verdict: 'not_looked',
      offenders: [],
      error: why,
    };
  }
}

function verdictOf(results: readonly Result[]): Proof['verdict'] {
  if (results.some(({ verdict }) => verdict === 'broken')) return 'broken';
  return results.length === 0 || results.some(({ verdict }) => verdict === 'not_looked') ? 'not_looked' : 'holds';
}

async function openAll({ databases, timeoutSeconds }: Wish): Promise<Record<Service, Store>> {
  const opening = services.map(
    async (service) =>
      [service, await Store.open({ url: databases[service], timeoutMs: timeoutSeconds * 1_000 })] as const,
  );
  const opened = await Promise.allSettled(opening);
  const faults = opened.flatMap((each, index) =>
    each.status === 'rejected' ? [`${services[index]}: ${reasonOf(each.reason)}`] : [],
  );
  const stores = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (faults.length === 0) return Object.fromEntries(stores) as Record<Service, Store>;
  await Promise.all(stores.map(([, store]) => store.close()));
  throw new CannotLook(`These stores cannot be opened:\n  ${faults.join('\n  ')}`);
}

function cannotLook(error: unknown): never {
  throw new CannotLook(`The outboxes and inboxes cannot be read: ${reasonOf(error)}`);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error));

/** Takes the items in order, a few at a time, and gives the answers in the same order. */
async function inLanes<Item, Answer>(items: readonly Item[], work: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) answers[index] = await work(items[index] as Item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return answers;
}
