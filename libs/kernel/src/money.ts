import { assert, Bug } from './assert';

/** How a fraction of the smallest unit is settled. */
export type Rounding = 'floor' | 'half_even' | 'half_up';

/** An amount in minor units (cents) of one ISO 4217 currency. */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

/** Throws a Bug unless the amount is an exact whole number of minor units. */
export function assertMinor(amount: number): number {
  assert(Number.isSafeInteger(amount), `amount is not an exact whole number of minor units: ${amount}`);
  return amount;
}

/** Takes an amount in minor units and an ISO 4217 code; throws a Bug on anything else. */
export function money(amountMinor: number, currency: string): Money {
  assertMinor(amountMinor);
  assert(/^[A-Z]{3}$/.test(currency), `not an ISO 4217 code: ${currency}`);
  return { amountMinor, currency };
}

/** Adds amounts of one currency; throws a Bug when the currencies differ. */
export function addMoney(first: Money, ...others: Money[]): Money {
  const total = others.reduce((sum, other) => {
    assert(other.currency === first.currency, `cannot add ${other.currency} to ${first.currency}`);
    return sum + other.amountMinor;
  }, first.amountMinor);
  return money(total, first.currency);
}

/**
 * amount × numerator ÷ denominator in exact integers, rounded once.
 * 'floor' goes towards minus infinity; 'half_up' takes a half away from zero; 'half_even' to the even neighbour (IEEE 754).
 */
export function mulDiv(amount: number, numerator: number, denominator: number, rounding: Rounding): number {
  assert(denominator > 0, 'the denominator must be positive');
  const product = BigInt(assertMinor(amount)) * BigInt(assertMinor(numerator));
  const divisor = BigInt(assertMinor(denominator));
  let quotient = product / divisor;
  let remainder = product % divisor;
  if (remainder < 0n) {
    quotient -= 1n;
    remainder += divisor;
  }
  if (remainder !== 0n && roundsUp(quotient, remainder * 2n, divisor, rounding)) quotient += 1n;
  return assertMinor(Number(quotient));
}

function roundsUp(floor: bigint, twiceRemainder: bigint, divisor: bigint, rounding: Rounding): boolean {
  if (rounding === 'floor') return false;
  if (twiceRemainder !== divisor) return twiceRemainder > divisor;
  return rounding === 'half_up' ? floor >= 0n : floor % 2n !== 0n;
}

/**
 * Splits a total over weights so that the parts sum to it exactly (largest-remainder method, Hamilton).
 * Takes whole minor units and non-negative whole weights, not all zero unless the total is zero; ties go to the lower index.
 */
export function allocate(total: number, weights: readonly number[]): number[] {
  assertMinor(total);
  const sum = weights.reduce((partial, weight) => {
    assert(Number.isSafeInteger(weight) && weight >= 0, `not a weight: ${weight}`);
    return partial + BigInt(weight);
  }, 0n);
  if (sum === 0n) {
    if (total !== 0) throw new Bug('a total cannot be split over nothing');
    return weights.map(() => 0);
  }
  const sign = total < 0 ? -1 : 1;
  const whole = BigInt(Math.abs(total));
  const shares = weights.map((weight, index) => {
    const product = whole * BigInt(weight);
    return { index, part: product / sum, remainder: product % sum };
  });
  let left = Number(whole - shares.reduce((partial, share) => partial + share.part, 0n));
  const byRemainder = [...shares].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const share of byRemainder) {
    if (left === 0) break;
    share.part += 1n;
    left -= 1;
  }
  return shares.map((share) => (share.part === 0n ? 0 : sign * Number(share.part)));
}
