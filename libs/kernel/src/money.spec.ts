import fc from 'fast-check';
import { addMoney, allocate, money, mulDiv } from './money';

const amounts = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });

describe('allocate', () => {
  it('gives parts that sum to the total, each within one unit of its exact share', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(amounts, weights, (total, shares) => {
        const sum = shares.reduce((a, b) => a + b, 0);
        fc.pre(sum > 0);
        const parts = allocate(total, shares);
        expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
        parts.forEach((part, index) => expect(Math.abs(part - (total * (shares[index] ?? 0)) / sum)).toBeLessThan(1));
      }),
    );
  });

  it('gives nothing to a weight of zero and the odd cent to the first of equals', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
    expect(allocate(10, [0, 5, 5])).toEqual([0, 5, 5]);
    expect(allocate(0, [0, 0])).toEqual([0, 0]);
  });

  it('refuses to split something over nothing', () => {
    expect(() => allocate(1, [0, 0])).toThrow('cannot be split');
  });
});

describe('mulDiv', () => {
  it('agrees with exact integer division where nothing has to be rounded', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 9_999 }), (n, d) => mulDiv(n * d, 1, d, 'half_even') === n),
    );
  });

  it('rounds each mode as it says, above and below zero', () => {
    const of = (n: number, mode: 'floor' | 'half_even' | 'half_up') => mulDiv(n, 1, 2, mode);
    expect([of(5, 'floor'), of(5, 'half_even'), of(5, 'half_up')]).toEqual([2, 2, 3]);
    expect([of(7, 'floor'), of(7, 'half_even'), of(7, 'half_up')]).toEqual([3, 4, 4]);
    expect([of(-5, 'floor'), of(-5, 'half_even'), of(-5, 'half_up')]).toEqual([-3, -2, -3]);
  });

  it('stays exact where a float would not', () => {
    expect(mulDiv(9_007_199_254_740_991, 1_000_000, 1_000_000, 'floor')).toBe(9_007_199_254_740_991);
  });
});

describe('money', () => {
  it('refuses fractions, unknown currencies and mixed sums', () => {
    expect(() => money(0.5, 'EUR')).toThrow('whole number');
    expect(() => money(1, 'eur')).toThrow('ISO 4217');
    expect(() => addMoney(money(1, 'EUR'), money(1, 'USD'))).toThrow('cannot add');
    expect(addMoney(money(1, 'EUR'), money(2, 'EUR'))).toEqual({ amountMinor: 3, currency: 'EUR' });
  });
});
