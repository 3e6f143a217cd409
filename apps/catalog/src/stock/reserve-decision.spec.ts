import fc from 'fast-check';
import { decideReservations, type Wanted } from './reserve-decision';

const variants = ['shirt', 'mug', 'cap'];
const line = fc.record({
  lineId: fc.uuid(),
  variantId: fc.constantFrom(...variants),
  quantity: fc.integer({ min: 1, max: 4 }),
});
const checkouts = fc.array(
  fc.record({ checkoutId: fc.uuid(), lines: fc.array(line, { minLength: 1, maxLength: 4 }) }),
  { maxLength: 30 },
);

it('CMP-CAT-1: never promises more than there is, and all of a checkout or nothing of it', () => {
  fc.assert(
    fc.property(checkouts, fc.integer({ min: 0, max: 20 }), (wanted, each) => {
      const available = new Map(variants.map((variant) => [variant, each]));
      const decisions = decideReservations(wanted, available);
      for (const variant of variants) {
        const promised = wanted
          .filter((_, index) => decisions[index]?.shortages.length === 0)
          .flatMap(({ lines }) => lines)
          .filter(({ variantId }) => variantId === variant)
          .reduce((sum, { quantity }) => sum + quantity, 0);
        expect(promised).toBeLessThanOrEqual(each);
        expect(available.get(variant)).toBe(each - promised);
      }
    }),
  );
});

it('CMP-CAT-1: lets two lines that want the same variant share its stock', () => {
  const checkout: Wanted = {
    checkoutId: 'c',
    lines: [
      { lineId: '1', variantId: 'mug', quantity: 2 },
      { lineId: '2', variantId: 'mug', quantity: 2 },
    ],
  };
  const [refused] = decideReservations([checkout], new Map([['mug', 3]]));
  expect(refused?.shortages).toEqual([{ lineId: '2', variantId: 'mug', quantity: 2, available: 1 }]);
  const [kept] = decideReservations([checkout], new Map([['mug', 4]]));
  expect(kept?.shortages).toEqual([]);
});

it('serves the first who came', () => {
  const one = (checkoutId: string): Wanted => ({
    checkoutId,
    lines: [{ lineId: checkoutId, variantId: 'cap', quantity: 1 }],
  });
  const decisions = decideReservations([one('a'), one('b'), one('c')], new Map([['cap', 2]]));
  expect(decisions.map(({ shortages }) => shortages.length)).toEqual([0, 0, 1]);
});
