import fc from 'fast-check';
import { bought, cost, type Rate } from './exchange-sums';

const rates = fc
  .tuple(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 0, max: 6 }))
  .map(([digits, decimals]) => (digits / 10 ** decimals).toFixed(decimals));
const currencies = fc.constantFrom('EUR', 'USD', 'JPY', 'KWD', 'XOF');
const pairs = fc.tuple(currencies, currencies).filter(([from, to]) => from !== to);
const amounts = fc.integer({ min: 1, max: 10_000_000 });
const spreads = fc.integer({ min: 0, max: 2_000 });

it('WAL-07: no round of exchanges at one stored rate ever gains, and a spread is never given away by rounding', () =>
  fc.assert(
    fc.property(pairs, rates, fc.boolean(), amounts, spreads, ([from, to], rate, inverted, amount, spread) => {
      const there: Rate = { rate, inverted };
      const back: Rate = { rate, inverted: !inverted };
      const got = bought(amount, { from, to }, there, spread);
      if (got > 0 && got < 1e12) expect(bought(got, { from: to, to: from }, back, spread)).toBeLessThanOrEqual(amount);
      const price = cost(amount, { from, to }, there, spread);
      if (price < 1e12) {
        expect(bought(price, { from, to }, there, 0)).toBeGreaterThanOrEqual(amount);
        expect(bought(price, { from, to }, there, spread)).toBeLessThanOrEqual(
          Math.max(amount + 1, bought(price, { from, to }, there, 0)),
        );
      }
    }),
    { numRuns: 500 },
  ));

it('WAL-07: the sum is exact, rounded once, half to even on the minor units of ISO 4217', () => {
  const at = (rate: string, inverted = false): Rate => ({ rate, inverted });
  // 100.00 EUR at 1.0843, 1 %: 107.3457 USD.
  expect(bought(10_000, { from: 'EUR', to: 'USD' }, at('1.0843'), 100)).toBe(10_735);
  // 100.00 EUR at 163.455: 16345.5 JPY is a tie and goes to the even 16346, but the rate alone gives 16345 whole yen.
  expect(bought(10_000, { from: 'EUR', to: 'JPY' }, at('163.455'), 0)).toBe(16_345);
  // Ties below what the rate alone gives: 5.00 × 0.9 × 0.5 = 2.25 → of 225 minor units with 1 % of 250: exact halves to even.
  expect(bought(250, { from: 'EUR', to: 'USD' }, at('1'), 100)).toBe(248);
  expect(bought(350, { from: 'EUR', to: 'USD' }, at('1'), 100)).toBe(346);
  // A yen is 0.6 cents: half-even alone would give a whole cent, and the cent two yen.
  expect(bought(1, { from: 'JPY', to: 'EUR' }, at('0.006'), 0)).toBe(0);
  expect(bought(1, { from: 'EUR', to: 'JPY' }, at('0.006', true), 0)).toBe(1);
  // 1.000 KWD has three decimals: at 3.25 it is 3.25 USD.
  expect(bought(1_000, { from: 'KWD', to: 'USD' }, at('3.25'), 0)).toBe(325);
  expect(cost(325, { from: 'KWD', to: 'USD' }, at('3.25'), 0)).toBe(1_000);
  expect(cost(1, { from: 'EUR', to: 'USD' }, at('3'), 0)).toBe(1);
  expect(bought(Number.MAX_SAFE_INTEGER, { from: 'EUR', to: 'VND' }, at('28000'), 0)).toBe(Infinity);
});
