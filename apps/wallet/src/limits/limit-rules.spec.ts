import fc from 'fast-check';
import { effectiveRules, freezeNo, isCredit, limitNo, type LimitRules, operations, periodsOf } from './limit-rules';

const most = fc.option(fc.nat(1_000), { nil: undefined });
const flow = fc.record(
  { per_transaction_minor: most, per_day_minor: most, per_month_minor: most },
  { requiredKeys: [] },
);
const rules: fc.Arbitrary<LimitRules> = fc.record(
  { max_balance_minor: most, topup: flow, spend: flow, transfer: flow, withdraw: flow, exchange: flow },
  { requiredKeys: [] },
);
const movement = fc.record({
  operation: fc.constantFrom(...operations),
  amountMinor: fc.integer({ min: 1, max: 400 }),
  isNextDay: fc.boolean(),
});

it('whatever is asked in whatever order, what passes stays within every limit, and what does not would have passed one', () =>
  fc.assert(
    fc.property(rules, fc.array(movement, { minLength: 2, maxLength: 200 }), (allowed, asked) => {
      const used = new Map<string, { day: number; month: number }>();
      let balance = 0;
      for (const { operation, amountMinor, isNextDay } of asked) {
        if (isNextDay) for (const one of used.values()) one.day = 0;
        const before = used.get(operation) ?? { day: 0, month: 0 };
        const limits = operation === 'receive' ? {} : (allowed[operation] ?? {});
        const sums = [
          [limits.per_transaction_minor, amountMinor],
          [limits.per_day_minor, before.day + amountMinor],
          [limits.per_month_minor, before.month + amountMinor],
          [isCredit(operation) ? allowed.max_balance_minor : undefined, balance + amountMinor],
        ] as const;
        const isWithin = sums.every(([limit, sum]) => limit == null || sum <= limit);
        expect(limitNo(allowed, operation, amountMinor, { ...before, balance }) === undefined).toBe(isWithin);
        if (!isWithin) continue;
        used.set(operation, { day: before.day + amountMinor, month: before.month + amountMinor });
        balance += isCredit(operation) ? amountMinor : -Math.min(balance, amountMinor);
      }
    }),
  ));

it("a member's own limits win one by one, and null takes one away", () => {
  const everybody = {
    max_balance_minor: 900,
    spend: { per_day_minor: 100, per_month_minor: 500 },
    time_zone: 'Asia/Tokyo',
  };
  const own = { spend: { per_day_minor: null }, topup: { per_day_minor: 5 }, time_zone: 'Europe/Berlin' };
  expect(effectiveRules(everybody, own)).toMatchObject({
    max_balance_minor: 900,
    spend: { per_day_minor: null, per_month_minor: 500 },
    topup: { per_day_minor: 5 },
    time_zone: 'Asia/Tokyo',
  });
  expect([effectiveRules(null, null), effectiveRules(everybody, null)]).toEqual([{}, everybody]);
});

it('a wallet whose debits are frozen takes money in, one that is frozen altogether does not', () => {
  expect(operations.filter((operation) => !freezeNo('debits', operation))).toEqual(['topup', 'receive']);
  expect(operations.filter((operation) => !freezeNo('all', operation))).toEqual([]);
  expect(operations.filter((operation) => freezeNo(null, operation))).toEqual([]);
});

it('days and months begin at midnight of the merchant, also when clocks are put back', () => {
  const at = (instant: string, zone?: string) => periodsOf(new Date(instant), zone);
  expect(at('2026-12-31T23:30:00Z')).toEqual({ day: 'day:2026-12-31', month: 'month:2026-12' });
  expect(at('2026-12-31T23:30:00Z', 'Europe/Berlin')).toEqual({ day: 'day:2027-01-01', month: 'month:2027-01' });
  const night = ['2026-10-24T22:00:00Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T22:59:59Z'];
  expect(new Set(night.map((instant) => at(instant, 'Europe/Berlin').day))).toEqual(new Set(['day:2026-10-25']));
});
