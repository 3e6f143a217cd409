/** With more numbers than this a set of them that makes a given sum is found nearly always, and says nothing. */
const mostNumbers = 24;

/**
 * The positions of the only set of the numbers that makes the sum; undefined when there is none, more than one, or too many numbers
 * to tell. Meets in the middle: 2 × 2^12 sums at the most.
 */
export function onlySubset(numbers: readonly number[], sum: number): number[] | undefined {
  if (numbers.length === 0 || numbers.length > mostNumbers) return undefined;
  const half = numbers.length >> 1;
  const lower = sumsOf(numbers.slice(0, half));
  const bySum = new Map<number, number[]>();
  lower.forEach((value, mask) => {
    const masks = bySum.get(value);
    if (!masks) bySum.set(value, [mask]);
    // Two say that the set is not the only one; more say no more.
    else if (masks.length < 2) masks.push(mask);
  });
  let only: number | undefined;
  for (const [mask, value] of sumsOf(numbers.slice(half)).entries())
    for (const low of bySum.get(sum - value) ?? []) {
      const whole = mask * 2 ** half + low;
      if (whole === 0) continue;
      if (only !== undefined) return undefined;
      only = whole;
    }
  if (only === undefined) return undefined;
  const found = only;
  return numbers.flatMap((_, index) => (Math.floor(found / 2 ** index) % 2 === 1 ? [index] : []));
}

/** The sum of each set of the numbers, by its bit mask. */
function sumsOf(numbers: readonly number[]): number[] {
  return numbers.reduce<number[]>((sums, number) => [...sums, ...sums.map((sum) => sum + number)], [0]);
}
