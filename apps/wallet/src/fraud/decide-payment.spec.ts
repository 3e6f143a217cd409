import fc from 'fast-check';
import { hashOf } from '@florin/kernel';
import { decidePayment, type FraudOutcome } from './decide-payment';
import { featuresOf, type PastPayment } from './features';
import { defaultSettings, type FraudSettings } from './fraud-settings';
import { fit } from './logistic-regression';
import { vectorNames, vectorOf } from './model-vector';

const keyOf = (address: string) => address;
const pastPayment = fc.record({
  agoSeconds: fc.nat({ max: 600_000 }),
  amountMinor: fc.integer({ min: 1, max: 1_000_000 }),
  currency: fc.constantFrom('EUR', 'USD'),
  memberId: fc.constantFrom('ada', 'ben', 'cas'),
  addressKey: fc.constantFrom('203.0.113.9', '198.51.100.7', undefined),
  cardKey: fc.constantFrom('visa', 'amex', undefined),
  country: fc.constantFrom('NL', 'JP', undefined),
  declined: fc.boolean(),
});
const rows = fc.array(pastPayment, { maxLength: 30 }) as fc.Arbitrary<PastPayment[]>;
const features = fc
  .record({
    asked: pastPayment,
    ofMember: rows,
    ofCard: rows,
    ofAddress: rows,
    ofMerchant: rows,
    cardCountry: fc.constantFrom('NL', 'BR', undefined),
  })
  .map(({ asked, cardCountry, ...past }) =>
    featuresOf({ ...(asked as PastPayment), cardCountry, addressPrefix: asked.addressKey && '203.0.113.0/24' }, past),
  );
const severity: Record<FraudOutcome, number> = { allow: 0, review: 1, deny: 2 };

it('WAL-16: the same features give the same verdict, also when they come back from JSON as the log keeps them', () => {
  const model = {
    version: 1,
    model: fit([
      { vector: vectorNames.map((_, index) => index), fraud: true },
      { vector: vectorNames.map(() => 0), fraud: false },
    ]),
  };
  fc.assert(
    fc.property(features, (each) => {
      const judges = { settings: defaultSettings, model };
      const verdict = decidePayment(each, judges, keyOf);
      const read = JSON.parse(JSON.stringify([each, judges])) as [typeof each, typeof judges];
      expect(JSON.parse(JSON.stringify(verdict))).toEqual(
        JSON.parse(JSON.stringify(decidePayment(read[0], read[1], keyOf))),
      );
      expect(vectorOf(each).every(Number.isFinite)).toBe(true);
      expect(verdict.score).toBeGreaterThanOrEqual(0);
      expect(verdict.score).toBeLessThanOrEqual(100);
      for (const { reasons, score } of verdict.results) expect(reasons.length > 0).toBe(score > 0);
    }),
  );
});

it('a lower threshold is never milder, and a rule of no weight decides nothing', () => {
  fc.assert(
    fc.property(features, fc.integer({ min: 1, max: 101 }), fc.integer({ min: 1, max: 101 }), (each, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const outcome = (review_from: number) =>
        decidePayment(each, { settings: { ...defaultSettings, review_from, deny_from: 101 }, model: null }, keyOf)
          .outcome;
      expect(severity[outcome(low)]).toBeGreaterThanOrEqual(severity[outcome(high)]);
      const weightless: FraudSettings = {
        ...defaultSettings,
        frequency: { ...defaultSettings.frequency, weight: 0 },
        amount: { ...defaultSettings.amount, weight: 0 },
        geography: { ...defaultSettings.geography, weight: 0 },
        address: { ...defaultSettings.address, weight: 0 },
        velocity: { ...defaultSettings.velocity, weight: 0 },
      };
      expect(decidePayment(each, { settings: weightless, model: null }, keyOf)).toMatchObject({
        outcome: 'allow',
        score: 0,
      });
    }),
  );
});

it('an address on the list is refused by itself, whatever the weights are', () => {
  const settings = { ...defaultSettings, address: { ...defaultSettings.address, weight: 0, denied: ['203.0.113.9'] } };
  const asked = {
    memberId: 'ada',
    amountMinor: 1,
    currency: 'EUR',
    addressKey: '203.0.113.9',
    addressPrefix: '203.0.113.0/24',
  };
  const each = featuresOf(asked, { ofMember: [], ofCard: [], ofAddress: [], ofMerchant: [] });
  expect(decidePayment(each, { settings, model: null }, keyOf)).toMatchObject({ outcome: 'deny', score: 100 });
});

it('the defaults are what decisions of version 0 are taken again with: they never change, they get a successor', () => {
  expect(hashOf(defaultSettings)).toBe('e4db94ace19abd6a1a3f23bf9f8ff2d4d1fe70e32eceb2cfeacce8e29d1d89b0');
});
