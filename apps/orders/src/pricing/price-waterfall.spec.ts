import fc from 'fast-check';
import { priceOrder, type CouponReduction, type PricedLine } from './price-waterfall';

const lines = fc.array(
  fc.record({
    unitPriceMinor: fc.integer({ min: 0, max: 1_000_000 }),
    quantity: fc.integer({ min: 1, max: 999 }),
    taxRateBps: fc.constantFrom(0, 500, 600, 900, 2_100, 2_500, 10_000),
    taxIncluded: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);
const coupons = fc.option(
  fc.oneof(
    fc.record({ kind: fc.constant('percent' as const), percentBps: fc.integer({ min: 1, max: 10_000 }) }),
    fc.record({ kind: fc.constant('fixed' as const), amountMinor: fc.integer({ min: 1, max: 10_000_000 }) }),
  ),
  { nil: undefined },
);

const steps = ['listMinor', 'discountMinor', 'couponMinor', 'taxMinor', 'totalMinor'] as const;
const line = (unitPriceMinor: number, quantity = 1, taxRateBps = 2_100, taxIncluded = true): PricedLine => ({
  unitPriceMinor,
  quantity,
  taxRateBps,
  taxIncluded,
});

describe('price waterfall', () => {
  it('DIF-ORD-1, GAP-ORD-06: sums exactly, over the lines and down every line, whatever is bought', () => {
    fc.assert(
      fc.property(lines, coupons, (bought, coupon) => {
        const order = priceOrder(bought, coupon);
        for (const step of steps)
          expect(order.lines.reduce((total, priced) => total + priced[step], 0)).toBe(order[step]);
        order.lines.forEach((priced, index) => {
          const taxOnTop = bought[index]?.taxIncluded ? 0 : priced.taxMinor;
          expect(priced.listMinor - priced.discountMinor + taxOnTop).toBe(priced.totalMinor);
        });
      }),
    );
  });

  it('CMP-ORD-4: never goes below zero, on any line and at any step', () => {
    fc.assert(
      fc.property(lines, coupons, (bought, coupon) => {
        for (const priced of priceOrder(bought, coupon).lines) {
          for (const step of steps) expect(priced[step]).toBeGreaterThanOrEqual(0);
          expect(priced.discountMinor).toBeLessThanOrEqual(priced.listMinor);
          expect(priced.taxMinor).toBeLessThanOrEqual(priced.totalMinor);
        }
      }),
    );
  });

  it('splits a coupon by list price and gives the odd cent to the largest remainder', () => {
    const order = priceOrder([line(1_000), line(1_000), line(1_000)], { kind: 'fixed', amountMinor: 100 });
    expect(order.lines.map((priced) => priced.couponMinor)).toEqual([34, 33, 33]);
    expect(order.totalMinor).toBe(2_900);
  });

  it('GAP-ORD-11: takes tax out of prices that include it and puts it on those that do not, rounding half to even once per rate', () => {
    const inclusive = priceOrder([line(1_450, 2)], { kind: 'percent', percentBps: 1_000 });
    expect(inclusive).toMatchObject({ listMinor: 2_900, discountMinor: 290, taxMinor: 453, totalMinor: 2_610 });
    const exclusive = priceOrder([line(50, 1, 500, false), line(50, 1, 500, false)]);
    expect(exclusive).toMatchObject({ listMinor: 100, taxMinor: 5, totalMinor: 105 });
    const half = priceOrder([line(50, 1, 500, false)]);
    expect(half.taxMinor).toBe(2);
  });

  it('takes a percentage once from the order, not once per line', () => {
    const coupon: CouponReduction = { kind: 'percent', percentBps: 1_000 };
    expect(priceOrder([line(5), line(5), line(5), line(5)], coupon).discountMinor).toBe(2);
  });

  it('gives nothing back when a fixed coupon is worth more than the cart', () => {
    expect(priceOrder([line(300)], { kind: 'fixed', amountMinor: 500 })).toMatchObject({
      discountMinor: 300,
      totalMinor: 0,
      taxMinor: 0,
    });
  });

  it('refuses an order that is too large instead of rounding it', () => {
    expect(() => priceOrder([line(2_000_000_000, 999)])).toThrow('this large');
  });
});
