import fc from 'fast-check';
import type { Program } from '../programs/program-rules';
import { cashbackOf, earn, type EarningMember } from './earning-rules';

const program: Program = {
  id: 'p',
  merchantId: 'm',
  name: 'Beans',
  currency: 'EUR',
  timeZone: 'Europe/Amsterdam',
  status: 'active',
  version: 1,
  rules: {
    tiers: [
      { name: 'bronze', threshold: 0, multiplier_bps: 10_000 },
      { name: 'gold', threshold: 1_000, multiplier_bps: 15_000 },
    ],
    earning: { points: 1, per_minor: 100, include_tax: true },
  },
};
const bronze: EarningMember = { tier: 'bronze', isFrozen: false, earnedToday: 0 };
const order = (...totals: number[]) => ({
  orderId: 'o',
  lines: totals.map((totalMinor, index) => ({
    lineId: String(index),
    totalMinor,
    taxMinor: Math.floor(totalMinor / 6),
  })),
});
const withEarning = (earning: Partial<Program['rules']['earning']>): Program => ({
  ...program,
  rules: { ...program.rules, earning: { ...program.rules.earning, ...earning } },
});

it('LOY-04, LOY-05: earns the base rate, floored once for the whole order and not per line', () => {
  expect(earn(program, bronze, order(150, 150)).points).toBe(3);
  expect(earn(program, bronze, order(99)).points).toBe(0);
  expect(earn(program, bronze, order(99)).reason).toBe('below_one_point');
});

it('LOY-22: multiplies by the tier before it rounds', () => {
  expect(earn(program, { ...bronze, tier: 'gold' }, order(199)).points).toBe(2);
  expect(earn(program, { ...bronze, tier: 'gold' }, order(1_000)).points).toBe(15);
});

it('LOY-47: cuts what a member earns to what the day still allows and says so', () => {
  const capped = withEarning({ max_per_day: 10 });
  const earning = earn(capped, { ...bronze, earnedToday: 7 }, order(1_000));
  expect(earning.points).toBe(3);
  expect(earning.steps.at(-1)).toEqual({
    step: 'daily_cap',
    detail: 'at most 10 points a day, 7 earned before',
    value: 3,
  });
  expect(earn(capped, { ...bronze, earnedToday: 12 }, order(1_000))).toMatchObject({
    points: 0,
    reason: 'daily_cap_reached',
  });
});

it('GAP-LOY-08: gives the reason when nothing is earned', () => {
  expect(earn(program, { ...bronze, isFrozen: true }, order(1_000))).toMatchObject({
    points: 0,
    reason: 'member_frozen',
  });
  expect(earn({ ...program, status: 'suspended' }, bronze, order(1_000))).toMatchObject({
    points: 0,
    reason: 'program_suspended',
  });
});

it('GAP-LOY-06: leaves tax out where the program says so', () => {
  expect(earn(withEarning({ include_tax: false }), bronze, order(600)).points).toBe(5);
});

it('splits the points over the lines exactly, and never gives more than the exact amount', () => {
  const totals = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 30 });
  const rates = fc.record({ points: fc.integer({ min: 0, max: 500 }), per_minor: fc.integer({ min: 1, max: 1_000 }) });
  fc.assert(
    fc.property(totals, rates, fc.constantFrom('bronze', 'gold'), (lines, rate, tier) => {
      const { points, lines: shares } = earn(withEarning(rate), { ...bronze, tier }, order(...lines));
      expect(shares.reduce((sum, line) => sum + line.points, 0)).toBe(points);
      const spent = lines.reduce((sum, line) => sum + line, 0);
      expect(points).toBeLessThanOrEqual((spent * rate.points * (tier === 'gold' ? 1.5 : 1)) / rate.per_minor + 1e-6);
    }),
  );
});

it('LOY-107: gives cashback in whole minor units, rounded down', () => {
  const generous: Program = { ...program, rules: { ...program.rules, cashback: { rate_bps: 250, hold_days: 14 } } };
  expect(cashbackOf(generous, 1_999)).toBe(49);
  expect(cashbackOf(program, 1_999)).toBe(0);
});
