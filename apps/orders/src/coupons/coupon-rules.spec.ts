import { couponCodeOf, couponRefusal, type Coupon } from './coupon-rules';

const coupon: Coupon = {
  id: '01900000-0000-7000-8000-000000000001',
  merchantId: '01900000-0000-7000-8000-000000000002',
  code: 'WELCOME10',
  kind: 'percent',
  percentBps: 1_000,
  amountMinor: null,
  currency: null,
  minSpendMinor: 1_000,
  validFrom: new Date('2026-01-01T00:00:00Z'),
  validUntil: new Date('2026-02-01T00:00:00Z'),
  maxUses: 10,
  maxUsesPerMember: 1,
  taken: 0,
  active: true,
};
const request = { now: new Date('2026-01-15T00:00:00Z'), currency: 'EUR', subtotalMinor: 1_000, takenByMember: 0 };

describe('coupon rules', () => {
  it('ORD-16: applies within its time, spend and limits', () => {
    expect(couponRefusal(coupon, request)).toBeUndefined();
  });

  it.each([
    ['coupon_unknown', undefined, {}],
    ['coupon_unknown', { active: false }, {}],
    ['coupon_not_yet_valid', {}, { now: new Date('2025-12-31T23:59:59Z') }],
    ['coupon_expired', {}, { now: new Date('2026-02-01T00:00:00Z') }],
    ['coupon_currency', { currency: 'GBP' }, {}],
    ['coupon_min_spend', {}, { subtotalMinor: 999 }],
    ['coupon_used_up', { taken: 10 }, {}],
    ['coupon_used_up_by_member', {}, { takenByMember: 1 }],
  ])('ORD-16: says %s', (code, changed, asked) => {
    expect(couponRefusal(changed && { ...coupon, ...changed }, { ...request, ...asked })?.code).toBe(code);
  });

  it('reads codes as people write them', () => {
    expect(couponCodeOf(' welcome10 ')).toBe('WELCOME10');
  });
});
