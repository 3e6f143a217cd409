import { Inject, Injectable } from '@nestjs/common';
import { isCheckViolation, Transactions } from '@florin/database';
import { Idempotency, ok, requireVersion, type Answered, type IdempotentRequest } from '@florin/http';
import { Refusal, type Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { notFound } from '../input';
import { couponDto, type ChangeCouponDto, type CouponDto } from './coupons.dto';
import { CouponsRepository } from './coupons.repository';

/** Ends, prolongs or limits a coupon. What was promised with it (kind and amount) cannot be changed: make another. */
@Injectable()
export class ChangeCoupon {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly coupons: CouponsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Changes the version that the caller read. Refuses 404, 412 `version_mismatch`, `validity_empty` and `limit_below_taken`. */
  async execute(
    request: IdempotentRequest,
    merchantId: string,
    couponId: string,
    version: number,
    input: ChangeCouponDto,
  ): Promise<Answered<CouponDto>> {
    try {
      return await this.transactions.run((tx) =>
        this.idempotency.once(tx, request, async () => {
          const coupon = await this.coupons.lock(tx, merchantId, couponId);
          if (!coupon) throw notFound();
          requireVersion(version, coupon.version);
          if (input.active !== undefined) coupon.active = input.active;
          if (input.valid_until !== undefined)
            coupon.valid_until = input.valid_until === null ? null : new Date(input.valid_until);
          if (input.max_uses !== undefined) coupon.max_uses = input.max_uses;
          if (input.max_uses_per_member !== undefined) coupon.max_uses_per_member = input.max_uses_per_member;
          coupon.version += 1;
          coupon.updated_at = this.clock.now();
          await this.coupons.update(tx, coupon);
          return ok(couponDto(coupon));
        }),
      );
    } catch (error) {
      if (isCheckViolation(error, 'coupon_codes_never_overrun')) {
        throw Refusal.field('conflict', 'max_uses', 'limit_below_taken', 'More uses than that are taken already.');
      }
      if (isCheckViolation(error, 'coupon_codes_valid_for_a_while')) {
        throw Refusal.field('invalid', 'valid_until', 'validity_empty', 'A coupon must end after it begins.');
      }
      throw error;
    }
  }
}
