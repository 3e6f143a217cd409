import { Inject, Injectable } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import { Transactions } from '@florin/database';
import { created, Idempotency, type Answered, type IdempotentRequest } from '@florin/http';
import { newId, Refusal, type Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { PriceList } from '../products/price-list';
import { couponCodeOf } from './coupon-rules';
import { couponDto, type CouponDto, type CreateCouponDto } from './coupons.dto';
import { CouponsRepository, type CouponRow } from './coupons.repository';

/** Without letters and digits that look alike on paper. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const generatedLength = 10;

/** A merchant's staff promises something with a code. */
@Injectable()
export class CreateCoupon {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly coupons: CouponsRepository,
    private readonly priceList: PriceList,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Makes the coupon, once per idempotency key. Refuses `coupon_code_taken`, `merchant_unknown`, `not_of_this_kind` and `validity_empty`. */
  execute(
    request: IdempotentRequest,
    author: { subject: string; merchantId: string },
    input: CreateCouponDto,
  ): Promise<Answered<CouponDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const currency = (await this.priceList.currencies(tx, [author.merchantId])).get(author.merchantId);
        if (!currency) throw new Refusal('unprocessable', 'merchant_unknown', 'There is no such merchant.');
        const row = await this.coupons.insert(tx, this.rowOf(author, input, currency));
        if (!row) throw Refusal.field('conflict', 'code', 'coupon_code_taken', 'This code is in use.');
        return created(couponDto(row));
      }),
    );
  }

  /** Whoever sends both cannot have meant one of them. */
  private refuseForeignField(input: CreateCouponDto): void {
    const foreign = input.kind === 'percent' ? 'amount_minor' : 'percent_bps';
    if (input[foreign] === undefined) return;
    throw Refusal.field('invalid', foreign, 'not_of_this_kind', `A coupon of kind ${input.kind} has no ${foreign}.`);
  }

  private rowOf(author: { subject: string; merchantId: string }, input: CreateCouponDto, currency: string): CouponRow {
    this.refuseForeignField(input);
    const now = this.clock.now();
    const validFrom = input.valid_from ? new Date(input.valid_from) : now;
    const validUntil = input.valid_until ? new Date(input.valid_until) : null;
    if (validUntil && validUntil <= validFrom) {
      throw Refusal.field('invalid', 'valid_until', 'validity_empty', 'A coupon must end after it begins.');
    }
    return {
      id: newId(),
      merchant_id: author.merchantId,
      code: couponCodeOf(input.code ?? randomCode()),
      kind: input.kind,
      percent_bps: input.percent_bps ?? null,
      amount_minor: input.amount_minor ?? null,
      currency: input.kind === 'fixed' ? currency : null,
      min_spend_minor: input.min_spend_minor,
      valid_from: validFrom,
      valid_until: validUntil,
      max_uses: input.max_uses ?? null,
      max_uses_per_member: input.max_uses_per_member ?? null,
      taken: 0,
      active: true,
      version: 1,
      created_by: author.subject,
      created_at: now,
      updated_at: now,
    };
  }
}

function randomCode(): string {
  return Array.from({ length: generatedLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}
