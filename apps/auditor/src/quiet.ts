import { type Service, services } from './services';
import type { Store } from './store';

const pollMs = 250;

/** What is still moving. */
export interface Busy {
  /** Messages that are not published, or not handled by everyone who hears them. */
  messages: number;
  /** Checkouts on their way, and card payments, refunds, e-mails and webhooks that wait for their first answer. */
  work: number;
}

type Stores = Record<Service, Store>;

/** Waits until nothing moves, at the most so long. What is older than the grace is not waited for: it is a fault. */
export async function waitForQuiet(
  stores: Stores,
  waitMs: number,
  graceMs: number,
): Promise<{ waitedMs: number; busy: Busy }> {
  const started = performance.now();
  for (;;) {
    const busy = await lookForWork(stores, graceMs);
    const waitedMs = performance.now() - started;
    if ((busy.messages === 0 && busy.work === 0) || waitedMs >= waitMs) return { waitedMs, busy };
    await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, waitMs - waitedMs)));
  }
}

async function lookForWork(stores: Stores, graceMs: number): Promise<Busy> {
  const [unpublished, unhandled, ...work] = await Promise.all([
    notPublished(stores, graceMs),
    notHandled(stores, graceMs),
    ...openWork.map((each) => countIn(stores, each)),
  ]);
  return { messages: unpublished + unhandled, work: work.reduce((sum, each) => sum + each, 0) };
}

/** The row is due, or was tried and refused; what is to be said later does not keep anybody waiting. */
async function notPublished(stores: Stores, graceMs: number): Promise<number> {
  const counts = await Promise.all(
    services.map((service) =>
      stores[service].now<{ count: number }>(
        `SELECT count(*) AS count FROM outbox WHERE published_at IS NULL AND (not_before IS NULL OR attempts > 0) AND created_at > now() - $1 * interval '1 millisecond'`,
        [graceMs],
      ),
    ),
  );
  return counts.reduce((sum, [row]) => sum + (row?.count ?? 0), 0);
}

/** Young messages that a subscriber has not handled; by their ids, which hold their time, so old ones are not read at all. */
async function notHandled(stores: Stores, graceMs: number): Promise<number> {
  const from = firstIdOf(Date.now() - graceMs);
  const said = await Promise.all(
    services.map((service) =>
      stores[service].now<{ id: string; contract: string; created: Date }>(
        `SELECT id::text, type || ' ' || version AS contract, created_at AS created FROM outbox WHERE id >= $1::uuid AND published_at IS NOT NULL`,
        [from],
      ),
    ),
  );
  const messages = said.flat();
  if (messages.length === 0) return 0;
  const open = await Promise.all(
    services.map(async (service) => {
      const subscriptions = await stores[service].now<{ consumer: string; contract: string; since: Date }>(
        `SELECT consumer, type || ' ' || version AS contract, since FROM messaging_subscriptions`,
      );
      const handled = await stores[service].now<{ delivery: string }>(
        `SELECT consumer || ' ' || message_id AS delivery FROM inbox WHERE consumer = ANY($1::text[]) AND message_id >= $2::uuid`,
        [subscriptions.map(({ consumer }) => consumer), from],
      );
      const done = new Set(handled.map(({ delivery }) => delivery));
      const due = (contract: string) => messages.filter((message) => message.contract === contract);
      return subscriptions.flatMap(({ consumer, contract, since }) =>
        due(contract).filter(({ id, created }) => created > since && !done.has(`${consumer} ${id}`)),
      ).length;
    }),
  );
  return open.reduce((sum, each) => sum + each, 0);
}

/** The least id of version 7 (RFC 9562) that was made at this time or later. */
function firstIdOf(milliseconds: number): string {
  const time = Math.max(0, Math.floor(milliseconds)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** What is done by somebody outside, under a lease. Only what was never tried: an endpoint that is dead stays so for days. */
const openWork: { service: Service; from: string }[] = [
  {
    service: 'orders',
    from: `checkouts WHERE state IN ('reserving', 'confirming') OR stock = 'releasing' OR payment = 'releasing'`,
  },
  { service: 'orders', from: `refunds WHERE status = 'requested'` },
  { service: 'wallet', from: 'payment_transactions WHERE action IS NOT NULL AND attempts = 0' },
  { service: 'wallet', from: 'payment_refunds WHERE action IS NOT NULL AND attempts = 0' },
  { service: 'notifications', from: `notifications WHERE state = 'pending' AND attempts = 0` },
  { service: 'notifications', from: `webhook_deliveries WHERE state = 'pending' AND attempts = 0` },
];

async function countIn(stores: Stores, { service, from }: { service: Service; from: string }): Promise<number> {
  const [row] = await stores[service].now<{ count: number }>(`SELECT count(*) AS count FROM ${from}`);
  return row?.count ?? 0;
}
