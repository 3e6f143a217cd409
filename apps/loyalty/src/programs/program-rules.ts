/** One step of the ladder. Thresholds are qualifying points; the multiplier is in basis points (12500 is 1.25 times). */
export interface TierRule {
  name: string;
  threshold: number;
  multiplier_bps: number;
}

/** What one version of a program says. Immutable: receipts refer to it. */
export interface ProgramRules {
  /** Ordered by threshold, the first at zero. */
  tiers: TierRule[];
  earning: {
    /** `points` for every `per_minor` minor units spent. */
    points: number;
    per_minor: number;
    /** Whether the tax part of a line earns as well. */
    include_tax: boolean;
    max_per_order?: number | undefined;
    max_per_day?: number | undefined;
  };
  /** Days until a lot expires; never when left out. */
  expiry_days?: number | undefined;
  cashback?: { rate_bps: number; hold_days: number } | undefined;
}

export interface Program {
  id: string;
  merchantId: string;
  name: string;
  currency: string;
  timeZone: string;
  status: 'active' | 'suspended';
  version: number;
  rules: ProgramRules;
}

/** The tier that so many qualifying points reach: the highest whose threshold is met. */
export function tierFor(rules: ProgramRules, qualifyingPoints: number): TierRule {
  const reached = rules.tiers.filter((tier) => tier.threshold <= qualifyingPoints);
  return reached.reduce((highest, tier) => (tier.threshold >= highest.threshold ? tier : highest));
}

export function tierNamed(rules: ProgramRules, name: string): TierRule {
  // A tier that a later version dropped counts as the lowest until the member reaches another.
  return rules.tiers.find((tier) => tier.name === name) ?? tierFor(rules, 0);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The calendar day (yyyy-mm-dd) of an instant in the program's own time zone. */
export function dayOf(instant: Date, timeZone: string): string {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  return formatter.format(instant);
}

/** Orders of a merchant in a currency earn in one default program. */
export const programKey = (merchantId: string, currency: string): string => `${merchantId}:${currency}`;
