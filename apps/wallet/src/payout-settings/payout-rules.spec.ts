import fc from 'fast-check';
import { approvalsFor, defaultRules, feeOf, gathersUpTo } from './payout-rules';

const amounts = fc.integer({ min: 1, max: 1_000_000_000 });

it('takes the fixed part and the share, rounded once', () => {
  const rules = { ...defaultRules, fee_fixed_minor: 35, fee_basis_points: 150 };
  expect(feeOf(rules, 10_000)).toBe(35 + 150);
  expect(feeOf(rules, 33)).toBe(35);
  expect(feeOf(rules, 34)).toBe(35 + 1);
});

it('a larger amount never needs fewer people, whatever the thresholds are', () => {
  fc.assert(
    fc.property(amounts, amounts, amounts, amounts, (auto, second, one, other) => {
      const rules = {
        ...defaultRules,
        auto_approve_below_minor: auto,
        second_approver_from_minor: Math.max(auto, second),
      };
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      expect(approvalsFor(rules, less)).toBeLessThanOrEqual(approvalsFor(rules, more));
    }),
  );
});

it('gathers what was approved before the last batch time, which may be of yesterday', () => {
  const rules = { ...defaultRules, batch_times: ['16:00', '10:00'] };
  const at = (time: string) => gathersUpTo(rules, new Date(time)).toISOString();
  expect(at('2026-11-20T09:59:59Z')).toBe('2026-11-19T16:00:00.000Z');
  expect(at('2026-11-20T10:00:00Z')).toBe('2026-11-20T10:00:00.000Z');
  expect(at('2026-11-20T23:00:00Z')).toBe('2026-11-20T16:00:00.000Z');
});
