import { divideHalfUp } from '../liability/exact';

/** A cohort at the end of a period: price in minor units, points, all cumulative. */
export interface CohortPosition {
  /** Price allocated to its points, less what clawbacks gave back to the goods. */
  priceMinor: bigint;
  /** Issued, less clawed back. */
  issued: bigint;
  redeemed: bigint;
  expired: bigint;
  /** Points expected to be redeemed in the end, those that are redeemed among them. */
  expected: bigint;
}

/** What a period recognises of a cohort, in minor units; the breakage true-up may be below zero. */
export interface Recognised {
  /** All that is recognised so far. */
  cumulativeMinor: bigint;
  redeemedMinor: bigint;
  expiredMinor: bigint;
  breakageMinor: bigint;
}

/**
 * What of the price is revenue by now: in proportion of the points redeemed to those expected to be redeemed in the end
 * (IFRS 15.B46, ASC 606-10-55-48), half up. All of it once nothing is outstanding or nothing more is expected.
 */
export function recognisedBy(priceMinor: bigint, redeemed: bigint, expected: bigint): bigint {
  if (redeemed >= expected) return priceMinor;
  return divideHalfUp(priceMinor * redeemed, expected);
}

/**
 * What a period adds to that, and why: first the period's redemptions, as expected at its beginning; then what expiry makes
 * certain; the rest is the true-up, the effect of a new estimate on all that was redeemed before.
 */
export function recognise(
  now: CohortPosition,
  before: Omit<CohortPosition, 'priceMinor' | 'issued'>,
  recognisedBefore: bigint,
): Recognised {
  const outstanding = now.issued - now.redeemed - now.expired;
  const cumulativeMinor = outstanding <= 0n ? now.priceMinor : recognisedBy(now.priceMinor, now.redeemed, now.expected);
  const expectedBefore = before.expected > now.redeemed ? before.expected : now.redeemed;
  const asExpected = (redeemed: bigint, expected: bigint): bigint =>
    redeemed === 0n ? 0n : recognisedBy(now.priceMinor, redeemed, expected);
  const redeemedMinor = asExpected(now.redeemed, expectedBefore) - asExpected(before.redeemed, expectedBefore);
  const expiredMinor = now.expired > before.expired ? expiryOf(now, expectedBefore, outstanding, cumulativeMinor) : 0n;
  const breakageMinor = cumulativeMinor - recognisedBefore - redeemedMinor - expiredMinor;
  return { cumulativeMinor, redeemedMinor, expiredMinor, breakageMinor };
}

/** What expiry makes certain: no more can be redeemed than is still outstanding. */
function expiryOf(now: CohortPosition, expected: bigint, outstanding: bigint, cumulative: bigint): bigint {
  const atBest = now.redeemed + (expected - now.redeemed < outstanding ? expected - now.redeemed : outstanding);
  const until = now.redeemed === 0n ? 0n : recognisedBy(now.priceMinor, now.redeemed, expected);
  if (outstanding <= 0n) return cumulative - until;
  return (now.redeemed === 0n ? 0n : recognisedBy(now.priceMinor, now.redeemed, atBest)) - until;
}
