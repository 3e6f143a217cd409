import { Refusal } from '@florin/kernel';
import type { CouponReduction } from '../pricing/price-waterfall';

/** What a merchant promised with a code. */
export interface Coupon {
  id: string;
  merchantId: string;
  code: string;
  kind: 'percent' | 'fixed';
  percentBps: number | null;
  amountMinor: number | null;
  currency: string | null;
  minSpendMinor: number;
  validFrom: Date;
  validUntil: Date | null;
  maxUses: number | null;
  maxUsesPerMember: number | null;
  /** Uses reserved or confirmed by all buyers. */
  taken: number;
  active: boolean;
}

export interface CouponRequest {
  now: Date;
  currency: string;
  subtotalMinor: number;
  /** Uses this buyer has reserved or confirmed. */
  takenByMember: number;
}

/** Codes are written as people say them: without case and surrounding blanks. */
export function couponCodeOf(text: string): string {
  return text.trim().toUpperCase();
}

/** Why the coupon does not apply to this order, or nothing. The counters here are a kind answer: their CHECKs are the guarantee. */
export function couponRefusal(coupon: Coupon | undefined, request: CouponRequest): Refusal | undefined {
  const no = (code: string, detail: string) => Refusal.field('unprocessable', 'coupon_code', code, detail);
  if (!coupon?.active) return no('coupon_unknown', 'There is no such coupon.');
  if (request.now < coupon.validFrom) return no('coupon_not_yet_valid', 'This coupon is not valid yet.');
  if (coupon.validUntil && request.now >= coupon.validUntil)
    return no('coupon_expired', 'This coupon is no longer valid.');
  if (coupon.currency && coupon.currency !== request.currency)
    return no('coupon_currency', `This coupon is for orders in ${coupon.currency}.`);
  if (request.subtotalMinor < coupon.minSpendMinor)
    return no('coupon_min_spend', 'The order is too small for this coupon.');
  if (coupon.maxUses !== null && coupon.taken >= coupon.maxUses)
    return no('coupon_used_up', 'This coupon has been used up.');
  if (coupon.maxUsesPerMember !== null && request.takenByMember >= coupon.maxUsesPerMember) {
    return no('coupon_used_up_by_member', 'You have used this coupon as often as you may.');
  }
  return undefined;
}

/** What the coupon takes off, as the waterfall reads it. */
export function reductionOf(coupon: Coupon): CouponReduction {
  return coupon.kind === 'percent'
    ? { kind: 'percent', percentBps: coupon.percentBps ?? 0 }
    : { kind: 'fixed', amountMinor: coupon.amountMinor ?? 0 };
}
