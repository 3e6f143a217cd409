import { readAmount, writeAmount } from './decimal-amounts';

describe('an amount', () => {
  it.each([
    ['1,234.50', 'EUR', '.', 123_450],
    ['1.234,50', 'EUR', ',', 123_450],
    ["1'234.5", 'CHF', '.', 123_450],
    ['(12.00)', 'EUR', '.', -1_200],
    ['12,00-', 'EUR', ',', -1_200],
    ['1200', 'JPY', '.', 1_200],
    ['1.5', 'KWD', '.', 1_500],
    ['1.500', 'JPY', '.', undefined],
    ['1,23.4', 'EUR', '.', undefined],
    ['-1-', 'EUR', '.', undefined],
    ['', 'EUR', '.', undefined],
    ['=1+1', 'EUR', '.', undefined],
  ] as const)('%s of %s with %s is %s', (text, currency, decimal, minor) => {
    expect(readAmount(text, { currency, decimal })).toBe(minor);
    if (minor !== undefined) expect(readAmount(writeAmount(minor, currency), { currency, decimal: '.' })).toBe(minor);
  });
});
