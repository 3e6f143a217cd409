import { assert, assertMinor } from '@florin/kernel';
import { type Ratio, ratio, toNumber } from './exact';

const micros = 1_000_000n;
const wholeBps = 10_000n;

/**
 * Splits a transaction price over what was promised, in proportion to the stand-alone selling prices (IFRS 15.74 and 76,
 * ASC 606-10-32-31). Takes whole minor units and exact selling prices of zero or more; gives parts in whole minor units that
 * sum to the price. What the division leaves over goes to the largest remainders (Hamilton), ties to the lower index.
 * When nothing has a selling price, the first promise takes all.
 */
export function allocatePrice(priceMinor: number, sellingPrices: readonly Ratio[]): number[] {
  assert(assertMinor(priceMinor) >= 0, 'a transaction price is zero or more');
  assert(sellingPrices.length > 0, 'a price is for something');
  const common = sellingPrices.reduce((product, { denominator }) => product * denominator, 1n);
  const weights = sellingPrices.map(({ numerator, denominator }) => {
    assert(numerator >= 0n && denominator > 0n, 'a selling price is zero or more');
    return numerator * (common / denominator);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  if (sum === 0n) return sellingPrices.map((_, index) => (index === 0 ? priceMinor : 0));
  const shares = weights.map((weight, index) => {
    const product = BigInt(priceMinor) * weight;
    return { index, part: product / sum, rest: product % sum };
  });
  let left = BigInt(priceMinor) - shares.reduce((total, { part }) => total + part, 0n);
  for (const share of [...shares].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))) {
    if (left === 0n) break;
    share.part += 1n;
    left -= 1n;
  }
  return shares.map(({ part }) => toNumber(part));
}

/**
 * What so many points would sell for on their own, in minor units: their value, weighted by the part that is expected to be
 * redeemed (IFRS 15.B42). The value of one point is in millionths of a minor unit, the part in basis points.
 */
export function pointsSellingPrice(points: number, pointValueMicros: number, redemptionBps: number): Ratio {
  return ratio(BigInt(points) * BigInt(pointValueMicros) * BigInt(redemptionBps), micros * wholeBps);
}

/** What points pay for, in whole minor units, a fraction left out. */
export function valueOf(points: number, pointValueMicros: number): number {
  return toNumber((BigInt(points) * BigInt(pointValueMicros)) / micros);
}
