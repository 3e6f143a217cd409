import fc from 'fast-check';
import { fromDecimal, toDecimal } from './decimal-amounts';

it.each([
  [1_050, 'EUR', '10.50'],
  [5, 'EUR', '0.05'],
  [500, 'JPY', '500'],
  [12_345, 'KWD', '12.345'],
  [12_300, 'HUF', '123'],
  [99_999_999, 'USD', '999999.99'],
])('%i minor units of %s are %s', (minor, currency, decimal) => {
  expect(toDecimal(minor, currency)).toBe(decimal);
  expect(fromDecimal(decimal, currency)).toBe(minor);
});

it('half a forint cannot be said', () => expect(toDecimal(12_350, 'HUF')).toBeUndefined());

it.each([
  ['1e3', 'EUR'],
  ['-1.00', 'EUR'],
  ['1.005', 'EUR'],
  ['1,00', 'EUR'],
  ['', 'EUR'],
  ['9999999999999999', 'EUR'],
])('%s is no amount of %s', (text, currency) => expect(fromDecimal(text, currency)).toBeUndefined());

it('WAL-10: every amount of every currency comes back to the cent', () => {
  const currencies = fc.constantFrom('EUR', 'USD', 'JPY', 'KWD', 'TND', 'CLP', 'ISK');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99_999_999 }), currencies, (minor, currency) => {
      expect(fromDecimal(toDecimal(minor, currency) ?? '', currency)).toBe(minor);
    }),
  );
});
