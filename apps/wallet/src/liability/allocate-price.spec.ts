import fc from 'fast-check';
import { allocatePrice, pointsSellingPrice } from './allocate-price';
import { divideHalfUp, ratio, wholeRoot } from './exact';

describe('allocating a transaction price', () => {
  it('DIF-WAL-1: KPMG IFRS 15 handbook, example 10A: 10,000 points at 1.00, of which 97 % are expected back', () => {
    const points = pointsSellingPrice(10_000, 100_000_000, 9_700);
    // 100,000.00 × 9,700 ÷ 109,700; the handbook rounds the share of 8.84 % to 9 % and goes on with 9,000.
    expect(allocatePrice(100_000_00, [ratio(100_000_00), points])).toEqual([91_157_70, 8_842_30]);
    expect(allocatePrice(100_000_00, [ratio(91), ratio(9)])).toEqual([91_000_00, 9_000_00]);
  });

  it('DIF-WAL-1: finlearnhub, 2017-12-17: a sale of 2,000 with points worth 170 defers 156.68', () => {
    expect(allocatePrice(2_000_00, [ratio(2_000_00), ratio(170_00)])).toEqual([1_843_32, 156_68]);
  });

  it('DIF-WAL-1: acadifi: 800 and points worth 19.20 defer 18.75', () => {
    expect(allocatePrice(800_00, [ratio(800_00), ratio(19_20)])).toEqual([781_25, 18_75]);
  });

  it('gives all to the goods when the points are worth nothing, and nothing for nothing', () => {
    expect(allocatePrice(999, [ratio(999), ratio(0)])).toEqual([999, 0]);
    expect(allocatePrice(0, [ratio(0), pointsSellingPrice(10, 1_000_000, 9_000)])).toEqual([0, 0]);
    expect(allocatePrice(5, [ratio(0), ratio(0)])).toEqual([5, 0]);
  });

  it('refuses a price or a selling price below zero', () => {
    expect(() => allocatePrice(-1, [ratio(1)])).toThrow('zero or more');
    expect(() => allocatePrice(1, [ratio(-1)])).toThrow('zero or more');
  });

  const prices = fc.array(fc.record({ numerator: fc.bigInt(0n, 10n ** 15n), denominator: fc.bigInt(1n, 10n ** 6n) }), {
    minLength: 1,
    maxLength: 8,
  });

  it('DIF-WAL-1: the parts sum to the price, and each is within one minor unit of its exact share', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), prices, (price, parts) => {
        const given = allocatePrice(price, parts);
        expect(given.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(price));
        const common = parts.reduce((product, { denominator }) => product * denominator, 1n);
        const weights = parts.map(({ numerator, denominator }) => numerator * (common / denominator));
        const sum = weights.reduce((total, weight) => total + weight, 0n);
        if (sum === 0n) return;
        given.forEach((part, index) => {
          const off = BigInt(part) * sum - BigInt(price) * (weights[index] ?? 0n);
          expect(off < sum && off > -sum).toBe(true);
        });
      }),
    );
  });

  it('does not depend on how the selling prices are written', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), prices, fc.bigInt(1n, 1_000n), (price, parts, factor) => {
        const widened = parts.map(({ numerator, denominator }) => ({
          numerator: numerator * factor,
          denominator: denominator * factor,
        }));
        expect(allocatePrice(price, widened)).toEqual(allocatePrice(price, parts));
      }),
    );
  });
});

it('divides with a half away from zero, and takes roots of whole numbers', () => {
  expect([divideHalfUp(5n, 2n), divideHalfUp(-5n, 2n), divideHalfUp(4n, 3n)]).toEqual([3n, -3n, 1n]);
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 40n), (value) => {
      const root = wholeRoot(value);
      expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
    }),
  );
});
