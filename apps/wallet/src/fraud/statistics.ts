/** What amounts of the past look like. Minor units; all zero when there are none. */
export interface Spread {
  count: number;
  medianMinor: number;
  /** Median of the absolute deviations from the median: unlike a standard deviation, one outlier does not move it. */
  madMinor: number;
}

/** The middle value, or the mean of the two in the middle; 0 of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function spreadOf(amounts: readonly number[]): Spread {
  const medianMinor = median(amounts);
  return { count: amounts.length, medianMinor, madMinor: median(amounts.map((each) => Math.abs(each - medianMinor))) };
}

/** Makes the deviation of a normal distribution 1 (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993). */
const consistency = 0.6745;
/** Amounts that hardly ever differ would make every other one look wild: a deviation counts as at least this share of the median. */
const leastMadShare = 0.05;

/** How far above the usual an amount is, in robust standard deviations; 0 for anything at or below the median. */
export function robustExcess(amountMinor: number, { count, medianMinor, madMinor }: Spread): number {
  if (count === 0) return 0;
  const mad = Math.max(madMinor, leastMadShare * medianMinor, 1);
  return Math.max(0, (consistency * (amountMinor - medianMinor)) / mad);
}

/** Signs of the same thing, each from 0 to 100, taken as independent: one at 100 is certain, and none ever lowers the rest. */
export function anyOf(scores: readonly number[]): number {
  return Math.round(100 * (1 - scores.reduce((left, score) => left * (1 - clamp(score) / 100), 1)));
}

export const clamp = (score: number): number => Math.min(100, Math.max(0, score));

/** 0 up to the limit, 50 right above it, 100 from twice the limit on. */
export function overLimit(value: number, atMost: number): number {
  return value <= atMost ? 0 : clamp(Math.round((50 * value) / Math.max(atMost, 1)));
}
