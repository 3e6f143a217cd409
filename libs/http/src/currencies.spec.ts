import { isISO4217CurrencyCode, validateSync } from 'class-validator';
import { isCurrency } from './currencies';
import { IsCurrency } from './validators';

class Price {
  @IsCurrency() currency: unknown;
}

function complaints(currency: unknown): string[] {
  const errors = validateSync(Object.assign(new Price(), { currency }));
  return errors.flatMap(({ constraints }) => Object.values(constraints ?? {}));
}

/** Every text of three capitals. */
const capitals = Array.from({ length: 26 ** 3 }, (_, index) =>
  [26 * 26, 26, 1].map((place) => String.fromCharCode(65 + (Math.floor(index / place) % 26))).join(''),
);

describe('a currency', () => {
  it('is money in use', () => {
    for (const code of ['EUR', 'USD', 'JPY', 'XOF', 'XCG', 'ZWG']) expect(complaints(code)).toEqual([]);
  });

  it('is no three capitals, no metal, no test code, no unit of account and nothing withdrawn', () => {
    for (const code of ['BTC', 'ABC', 'X'.repeat(3), 'XTS', 'XAU', 'XDR', 'CLF', 'DEM', 'HRK', 'BGN'])
      expect(complaints(code)).toEqual(['currency must be an ISO 4217 code such as EUR']);
  });

  it('is nothing but its code', () => {
    for (const value of ['eur', ' EUR', 'EUR\n', 'EURO', '', null, undefined, 978, ['EUR'], {}])
      expect(complaints(value)).toContain('currency must be an ISO 4217 code such as EUR');
  });

  it('is known to the lists of others too, and of those only what is no longer or not quite money is missing', () => {
    const [ours, theirs] = [new Set(capitals.filter(isCurrency)), new Set(Intl.supportedValuesOf('currency'))];
    for (const code of ours) expect([code, theirs.has(code) || isISO4217CurrencyCode(code)]).toEqual([code, true]);
    const withdrawn = ['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL'];
    const unitsOfAccount = ['XDR', 'XSU'];
    const missing = [...theirs].filter((code) => !ours.has(code));
    expect([...withdrawn, ...unitsOfAccount]).toEqual(expect.arrayContaining(missing));
  });
});
