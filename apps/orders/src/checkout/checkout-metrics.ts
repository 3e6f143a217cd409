import { Counter, Histogram, register } from 'prom-client';
import type { CheckoutState } from './checkout-plan';

/** The default registry is one per process, while a test may build the service twice: each metric is made once. */
function once<M>(name: string, make: () => M): M {
  return (register.getSingleMetric(name) as M | undefined) ?? make();
}

const placed = once(
  'orders_placed_total',
  () => new Counter({ name: 'orders_placed_total', help: 'Orders accepted at a frozen price' }),
);

const settled = once(
  'orders_settled_total',
  () =>
    new Counter({ name: 'orders_settled_total', help: 'Checkouts that have ended', labelNames: ['outcome', 'reason'] }),
);

const seconds = once(
  'orders_checkout_seconds',
  () =>
    new Histogram({
      name: 'orders_checkout_seconds',
      help: 'From placing an order to the end of its checkout',
      labelNames: ['outcome'],
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
    }),
);

/** Reasons come from other services; only well-known ones become labels, so that no sender can make endless series. */
const knownReasons = new Set([
  'out_of_stock',
  'card_declined',
  'insufficient_funds',
  'deadline_passed',
  'cancelled_by_request',
  'capture_failed',
]);

export function countPlaced(orders: number): void {
  placed.inc(orders);
}

/** Counts the end of a checkout; times in milliseconds of the service's clock. */
export function countSettled(
  state: CheckoutState,
  reasonCode: string | null,
  startedMs: number,
  endedMs: number,
): void {
  const reason = reasonCode === null ? 'none' : knownReasons.has(reasonCode) ? reasonCode : 'other';
  settled.inc({ outcome: state, reason });
  seconds.observe({ outcome: state }, Math.max(0, endedMs - startedMs) / 1_000);
}
