import { Body, Controller, Get, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentCaller, Requires, type Caller } from '@florin/access';
import {
  Answers,
  IdParam,
  Idempotent,
  IdempotencyRequest,
  IfMatch,
  PageQuery,
  tag,
  type Answered,
  type IdempotentRequest,
  type Page,
} from '@florin/http';
import { merchantOf } from '../input';
import { ChangeCoupon } from './change-coupon';
import { CouponQueries } from './coupon-queries';
import { ChangeCouponDto, CouponDto, CreateCouponDto } from './coupons.dto';
import { CreateCoupon } from './create-coupon';

@Controller('coupons')
export class CouponsController {
  constructor(
    private readonly createCoupon: CreateCoupon,
    private readonly changeCoupon: ChangeCoupon,
    private readonly queries: CouponQueries,
  ) {}

  /** Promises a percentage or a fixed amount off with a code, within limits. */
  @Post()
  @Requires('orders.coupon:write')
  @Idempotent()
  @Answers(CouponDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() body: CreateCouponDto,
  ): Promise<Answered<CouponDto>> {
    return this.createCoupon.execute(request, { subject: caller.subject, merchantId: merchantOf(caller) }, body);
  }

  /** The merchant's coupons, newest first. */
  @Get()
  @Requires('orders.coupon:read')
  @Answers(CouponDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<CouponDto>> {
    return this.queries.list(merchantOf(caller), query);
  }

  /** One coupon with the uses taken; its ETag is needed to change it. */
  @Get(':couponId')
  @Requires('orders.coupon:read')
  @Answers(CouponDto)
  async show(
    @CurrentCaller() caller: Caller,
    @IdParam('couponId') couponId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CouponDto> {
    const coupon = await this.queries.one(merchantOf(caller), couponId);
    tag(reply, coupon.version);
    return coupon;
  }

  /** Ends, prolongs or limits a coupon; needs If-Match. */
  @Patch(':couponId')
  @Requires('orders.coupon:write')
  @Idempotent()
  @Answers(CouponDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('couponId') couponId: string,
    @IfMatch() version: number,
    @Body() body: ChangeCouponDto,
  ): Promise<Answered<CouponDto>> {
    return this.changeCoupon.execute(request, merchantOf(caller), couponId, version, body);
  }
}
