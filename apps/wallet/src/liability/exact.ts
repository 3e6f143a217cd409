import { assert } from '@florin/kernel';

/** An exact fraction; the denominator is above zero. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ratio = (numerator: bigint | number, denominator: bigint | number = 1n): Ratio => ({
  numerator: BigInt(numerator),
  denominator: BigInt(denominator),
});

/** numerator ÷ denominator as a whole number, a half away from zero. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  assert(denominator > 0n, 'the denominator must be positive');
  const size = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * size + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

/** The largest whole number whose square is not above the value (Newton's method on whole numbers). */
export function wholeRoot(value: bigint): bigint {
  assert(value >= 0n, 'there is no root of less than nothing');
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** A bigint as an exact number; throws a Bug above 2^53 − 1. */
export function toNumber(value: bigint): number {
  const number = Number(value);
  assert(Number.isSafeInteger(number), `not exact as a number: ${value}`);
  return number;
}
