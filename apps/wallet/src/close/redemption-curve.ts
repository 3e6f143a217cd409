import { divideHalfUp, wholeRoot } from '../liability/exact';

/** Fixed point: 1 is this. Rates and shares are whole numbers of it, so every machine computes the same. */
export const one = 1_000_000_000_000n;
const wholeBps = 10_000n;
/** 80 % of a normal distribution lie within ±1.2816 of its deviation. */
const spread80 = 1_281_552n;
const spreadUnit = 1_000_000n;

/** Points that were issued in one month, and what became of them, in whole points. */
export interface CohortCurve {
  /** Issued, less clawed back. */
  issued: bigint;
  expired: bigint;
  /** Redeemed in the month of issue, the month after, and so on until the month that is closed. */
  redeemedByAge: readonly bigint[];
}

export interface Expectations {
  /** What part is expected to be redeemed in the end, before anything is known. */
  redemptionBps: number;
  /** As many points of evidence as the prior counts for. */
  priorWeightPoints: number;
  /** How far the prior may be off, of what is outstanding, while there is too little to measure it. */
  spreadBps: number;
}

/** What of a cohort is expected to be redeemed in the end, with what is redeemed already; 80 % interval. */
export interface Expected {
  points: bigint;
  low: bigint;
  high: bigint;
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const clamp = (value: bigint, low: bigint, high: bigint): bigint => (value < low ? low : value > high ? high : value);
const redeemedOf = ({ redeemedByAge }: CohortCurve): bigint => sum(redeemedByAge);
const outstandingOf = (cohort: CohortCurve): bigint => cohort.issued - cohort.expired - redeemedOf(cohort);
const ageOf = ({ redeemedByAge }: CohortCurve): number => redeemedByAge.length - 1;

/** What of the cohort was redeemed by the end of its month `age`. */
function redeemedBy(cohort: CohortCurve, age: number): bigint {
  return sum(cohort.redeemedByAge.slice(0, age + 1));
}

/** The oldest age of which enough is known: cohorts that reached it issued as many points as the prior counts for. */
function oldestKnown(cohorts: readonly CohortCurve[], { priorWeightPoints }: Expectations): number {
  for (let age = Math.max(0, ...cohorts.map(ageOf)); age > 0; age -= 1) {
    const issued = sum(cohorts.filter((cohort) => ageOf(cohort) >= age).map((cohort) => cohort.issued));
    if (issued >= BigInt(priorWeightPoints)) return age;
  }
  return 0;
}

/**
 * Which part of all that will ever be redeemed is redeemed by each age: the empirical curve, cohorts that are too young for
 * an age completed by chain-ladder (volume-weighted factors over the cohorts that reached both ages; T. Mack, ASTIN Bulletin
 * 23/2, 1993). Beyond the oldest age of which enough is known there is only the prior, unless nothing is left by then.
 */
export function redemptionPattern(cohorts: readonly CohortCurve[], expectations: Expectations): bigint[] {
  const known = oldestKnown(cohorts, expectations);
  const pattern: bigint[] = [];
  for (let age = known; age <= Math.max(known, ...cohorts.map(ageOf)); age += 1)
    pattern[age] = clamp(asThePriorHasIt(cohorts, age, expectations), pattern[age - 1] ?? 0n, one);
  for (let age = known - 1; age >= 0; age -= 1) {
    const both = cohorts.filter((cohort) => ageOf(cohort) > age);
    const before = sum(both.map((cohort) => redeemedBy(cohort, age)));
    const after = sum(both.map((cohort) => redeemedBy(cohort, age + 1)));
    const next = pattern[age + 1] ?? one;
    pattern[age] = after === 0n ? next : (next * before) / after;
  }
  return pattern;
}

/** How far those that reached the age have come towards what the prior expects of them; all the way when nothing is left. */
function asThePriorHasIt(cohorts: readonly CohortCurve[], age: number, { redemptionBps }: Expectations): bigint {
  const reached = cohorts.filter((cohort) => ageOf(cohort) >= age);
  const redeemed = sum(reached.map((cohort) => redeemedBy(cohort, age)));
  const everyone = sum(reached.map(({ issued }) => issued)) * BigInt(redemptionBps);
  const isOver = reached.every((cohort) => outstandingOf(cohort) <= 0n) || everyone === 0n;
  return isOver ? one : (redeemed * wholeBps * one) / everyone;
}

/**
 * How many points of each cohort will be redeemed in the end. The rate is pooled over all cohorts by what they have
 * developed so far (Cape Cod: Stanard 1985, Bühlmann 1983), the prior standing in for `priorWeightPoints` fully developed
 * points; what is to come of a cohort is that rate times what the pattern still lacks (Bornhuetter and Ferguson 1972), never
 * more than is outstanding. The interval is that of an over-dispersed Poisson model, its dispersion by Pearson residuals
 * (England and Verrall 2002); with fewer than two residuals more than parameters it is the spread of the prior.
 * Same input, same answer, bit for bit: there are no floats in it.
 */
export function expectRedemptions(cohorts: readonly CohortCurve[], expectations: Expectations): Expected[] {
  const pattern = redemptionPattern(cohorts, expectations);
  const weight = BigInt(expectations.priorWeightPoints);
  const prior = (BigInt(expectations.redemptionBps) * one) / wholeBps;
  const redeemed = sum(cohorts.map(redeemedOf));
  const developed = sum(cohorts.map((cohort) => cohort.issued * (pattern[ageOf(cohort)] ?? one)));
  const exposure = developed + weight * one;
  const rate = exposure === 0n ? prior : clamp(((redeemed * one + weight * prior) * one) / exposure, 0n, one);
  const dispersion = dispersionOf(cohorts, pattern, rate);
  const informed = redeemed + (weight * prior) / one;
  return cohorts.map((cohort) => {
    const done = redeemedOf(cohort);
    const outstanding = clamp(outstandingOf(cohort), 0n, cohort.issued);
    const lacking = one - (pattern[ageOf(cohort)] ?? one);
    const toCome = clamp(wholePoints(cohort.issued * rate * lacking), 0n, outstanding);
    const off = deviation(toCome, outstanding, dispersion, informed, expectations);
    return {
      points: done + toCome,
      low: done + clamp(toCome - off, 0n, outstanding),
      high: done + clamp(toCome + off, 0n, outstanding),
    };
  });
}

/** Rounded half up, but never to none while there is some: what is expected is not remote. */
function wholePoints(product: bigint): bigint {
  const points = divideHalfUp(product, one * one);
  return points === 0n && product > 0n ? 1n : points;
}

/** Half of the 80 % interval, in whole points, rounded up. */
function deviation(
  toCome: bigint,
  outstanding: bigint,
  dispersion: bigint | undefined,
  informed: bigint,
  { spreadBps }: Expectations,
): bigint {
  if (dispersion === undefined) return (outstanding * BigInt(spreadBps) + wholeBps - 1n) / wholeBps;
  // Process variance φ·M and the variance of the pooled rate, φ·M²/redeemed so far.
  const parameter = informed === 0n ? 0n : (toCome * toCome * dispersion) / informed;
  const variance = toCome * dispersion + parameter;
  const root = wholeRoot(variance * spreadUnit * spreadUnit);
  const scale = wholeRoot(one) * spreadUnit * spreadUnit;
  return (root * spread80 + scale - 1n) / scale;
}

/** Pearson's χ² per degree of freedom over the increments of the triangle; at least one point. Undefined when too few. */
function dispersionOf(cohorts: readonly CohortCurve[], pattern: readonly bigint[], rate: bigint): bigint | undefined {
  let statistic = 0n;
  let cells = 0;
  for (const { issued, redeemedByAge } of cohorts) {
    redeemedByAge.forEach((seen, age) => {
      const step = (pattern[age] ?? one) - (age === 0 ? 0n : (pattern[age - 1] ?? 0n));
      const fitted = (issued * rate * step) / one;
      if (fitted <= 0n) return;
      cells += 1;
      const off = seen * one - fitted;
      statistic += (off * off) / fitted;
    });
  }
  const freedom = cells - pattern.length - 1;
  if (freedom < 2) return undefined;
  const each = statistic / BigInt(freedom);
  return each < one ? one : each;
}
