/** What one event adds to the sums of its merchant, currency and day. */
export interface RevenueChange {
  merchantId: string;
  currency: string;
  /** yyyy-mm-dd, UTC. */
  day: string;
  sums: Partial<Record<RevenueSum, number>>;
}

export const revenueSums = [
  'orders',
  'sales_minor',
  'imported_orders',
  'imported_minor',
  'imported_discount_minor',
  'imported_tax_minor',
  'discount_minor',
  'tax_minor',
  'refunds',
  'refunds_minor',
  'refunded_tax_minor',
  'captured_wallet_minor',
  'captured_card_minor',
  'refunded_wallet_minor',
  'refunded_card_minor',
] as const;

export type RevenueSum = (typeof revenueSums)[number];

export const dayOf = (instant: string): string => new Date(instant).toISOString().slice(0, 10);

const keyOf = (change: RevenueChange): string => `${change.merchantId}:${change.currency}:${change.day}`;

/** Adds up a set, so that each hot row is touched once; in key order, so that two sets wait and never deadlock. */
export function addUp(changes: readonly RevenueChange[]): RevenueChange[] {
  const totals = new Map<string, RevenueChange>();
  for (const change of changes) {
    const total = totals.get(keyOf(change)) ?? { ...change, sums: {} };
    for (const name of revenueSums) {
      const added = (total.sums[name] ?? 0) + (change.sums[name] ?? 0);
      if (added !== 0) total.sums[name] = added;
    }
    totals.set(keyOf(change), total);
  }
  return [...totals.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
