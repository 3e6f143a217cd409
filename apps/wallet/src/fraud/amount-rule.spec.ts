import fc from 'fast-check';
import { amountRule } from './amount-rule';
import { featuresOf, type PastPayment } from './features';
import { defaultSettings, type FraudSettings } from './fraud-settings';
import { median, robustExcess, spreadOf } from './statistics';

const past = (amountMinor: number, agoSeconds = 100): PastPayment => ({
  agoSeconds,
  amountMinor,
  currency: 'EUR',
  memberId: 'ada',
  declined: false,
});

interface Before {
  member?: PastPayment[];
  address?: PastPayment[];
  merchant?: PastPayment[];
}

const features = (amountMinor: number, { member = [], address = [], merchant = [] }: Before = {}) =>
  featuresOf(
    { memberId: 'ada', amountMinor, currency: 'EUR', addressKey: 'a' },
    { ofMember: member, ofCard: [], ofAddress: address, ofMerchant: merchant },
  );
const codes = (amountMinor: number, before: Before = {}, settings: FraudSettings = defaultSettings) =>
  amountRule(features(amountMinor, before), settings).reasons.map(({ code }) => code);
const usual = [900, 1_000, 1_100, 950, 1_050, 1_000, 980, 1_020].map((amount) => past(amount));

describe('WAL-18: amount patterns', () => {
  it('knows an amount far above what the member, or the merchant, is used to', () => {
    expect(codes(1_100, { member: usual })).toEqual([]);
    expect(codes(9_999, { member: usual })).toEqual(['amount_unusual_for_member']);
    expect(codes(9_999, { merchant: usual })).toEqual(['amount_unusual_for_merchant']);
    // By the median: one amount that was far above before does not make the next one usual.
    expect(codes(9_999, { member: [...usual, past(50_000)] })).toEqual(['amount_unusual_for_member']);
    // Seven amounts say nothing about what is usual.
    expect(codes(9_999, { member: usual.slice(1) })).toEqual([]);
  });

  it('compares with amounts of the same currency only', () => {
    const yen = usual.map((each) => ({ ...each, currency: 'JPY' }));
    expect(codes(9_999, { member: yen })).toEqual([]);
  });

  it('sees round amounts, and only adds them to other signs', () => {
    expect(codes(20_000)).toEqual(['amount_round']);
    expect(codes(20_001)).toEqual([]);
    expect(amountRule(features(20_000), defaultSettings).score).toBeLessThan(20);
  });

  it('sees sums that each stay just below a threshold', () => {
    const settings = { ...defaultSettings, amount: { ...defaultSettings.amount, threshold_minor: 100_000 } };
    const below = [past(99_000), past(98_500), past(95_000)];
    expect(codes(99_900, { member: below }, settings)).toEqual(['amounts_below_threshold']);
    expect(codes(99_900, { member: below.slice(1) }, settings)).toEqual([]);
    expect(codes(100_001, { member: below }, settings)).toEqual([]);
    expect(codes(94_999, { member: below }, settings)).toEqual([]);
    const old = below.map((each) => ({ ...each, agoSeconds: 3_600 }));
    expect(codes(99_900, { member: old }, settings)).toEqual([]);
  });

  it('sees cards being tried with small amounts, by one member or from one address under many names', () => {
    const small = [past(100), past(99), past(150)];
    expect(codes(50, { member: small })).toEqual(['card_testing']);
    expect(codes(50, { address: small.map((each, index) => ({ ...each, memberId: `m${index}` })) })).toEqual([
      'card_testing',
    ]);
    expect(codes(5_000, { member: small })).toEqual([]);
  });

  it('a higher amount is never less unusual, whatever went before', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 1_000_000 }), fc.nat({ max: 1_000_000 }), (seen, amount, more) => {
        const spread = spreadOf(seen);
        expect(robustExcess(amount + more, spread)).toBeGreaterThanOrEqual(robustExcess(amount, spread));
        expect(robustExcess(spread.medianMinor, spread)).toBe(0);
        const { score } = amountRule(features(amount, { member: seen.map((each) => past(each)) }), defaultSettings);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
      }),
    );
  });
});

it('the median has as many values above it as below, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(values);
      expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
      expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      expect(median([...values].reverse())).toBe(middle);
    }),
  );
});
