import fc from 'fast-check';
import { featuresOf, type PastPayment } from './features';
import { defaultSettings, type FraudSettings } from './fraud-settings';
import { frequencyRule } from './frequency-rule';

const past = (agoSeconds: number): PastPayment => ({
  agoSeconds,
  amountMinor: 1_000,
  currency: 'EUR',
  memberId: 'ada',
  declined: false,
});
const after = (agos: readonly number[]) =>
  featuresOf(
    { memberId: 'ada', amountMinor: 1_000, currency: 'EUR' },
    { ofMember: agos.map(past), ofCard: [], ofAddress: [], ofMerchant: [] },
  );
const settings: FraudSettings = {
  ...defaultSettings,
  frequency: {
    weight: 35,
    limits: [
      { window: '1m', at_most: 3 },
      { window: '1h', at_most: 5 },
    ],
  },
};

it('WAL-17: counts what a member asked for within each window, this one included, and says which limit was passed', () => {
  expect(frequencyRule(after([10, 30]), settings).reasons).toEqual([]);
  expect(frequencyRule(after([10, 30, 59]), settings)).toMatchObject({
    rule: 'frequency',
    score: 67,
    reasons: [{ code: 'frequency_above_limit', facts: { window: '1m', count: 4, at_most: 3 } }],
  });
  // The third is a minute old: it no longer counts for the minute.
  expect(frequencyRule(after([10, 30, 60]), settings).reasons).toEqual([]);
  expect(frequencyRule(after([60, 120, 240, 480, 960]), settings).reasons).toMatchObject([
    { facts: { window: '1h', count: 6, at_most: 5 } },
  ]);
});

it('WAL-17: a request more, or one that is more recent, never makes it less suspicious', () => {
  const agos = fc.array(fc.nat({ max: 700_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(agos, fc.nat({ max: 700_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (before, ago, share) => {
      const score = frequencyRule(after(before), settings).score;
      const later = Math.floor(ago * share);
      const older = frequencyRule(after([...before, ago]), settings).score;
      expect(older).toBeGreaterThanOrEqual(score);
      expect(frequencyRule(after([...before, later]), settings).score).toBeGreaterThanOrEqual(older);
    }),
  );
});
