import fc from 'fast-check';
import { addUp, dayOf, type RevenueChange } from './revenue-sums';

const change: fc.Arbitrary<RevenueChange> = fc.record({
  merchantId: fc.constantFrom('a', 'b'),
  currency: fc.constantFrom('EUR', 'USD'),
  day: fc.constantFrom('2026-11-01', '2026-11-02'),
  sums: fc.record(
    { orders: fc.integer({ min: 0, max: 9 }), sales_minor: fc.integer({ min: 0, max: 100_000 }) },
    { requiredKeys: [] },
  ),
});
const total = (changes: readonly RevenueChange[]) =>
  changes.reduce((sum, { sums }) => sum + (sums.sales_minor ?? 0), 0);

it('loses nothing when it adds up, and gives each key once and in order', () => {
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const added = addUp(changes);
      expect(total(added)).toBe(total(changes));
      const keys = added.map(({ merchantId, currency, day }) => `${merchantId}:${currency}:${day}`);
      expect(keys).toEqual([...new Set(keys)].sort());
    }),
  );
});

it('takes the day in UTC', () => {
  expect(dayOf('2026-11-01T23:30:00-05:00')).toBe('2026-11-02');
});
