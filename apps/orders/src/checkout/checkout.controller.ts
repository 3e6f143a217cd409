import { Body, Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentCaller, Requires, type Caller } from '@florin/access';
import {
  Answers,
  IdParam,
  Idempotent,
  IdempotencyRequest,
  RequestOrigin,
  WaitSeconds,
  type Answered,
  type IdempotentRequest,
  type OpenOrigin,
} from '@florin/http';
import { couponCodeOf } from '../coupons/coupon-rules';
import { memberOf, merchantOf } from '../input';
import { AwaitOrder } from './await-order';
import { CancelOrder } from './cancel-order';
import { CancelledOrderDto, CancelOrderDto, OrderReceiptDto, PlaceOrderDto, statusUrlOf } from './checkout.dto';
import { PlaceOrder } from './place-order';
import type { PlaceCommand } from './placement';
import { SettlementWatch } from './settlement-watch';

@Controller('orders')
export class CheckoutController {
  constructor(
    private readonly placeOrder: PlaceOrder,
    private readonly awaitOrder: AwaitOrder,
    private readonly cancelOrder: CancelOrder,
    private readonly watch: SettlementWatch,
  ) {}

  /** Orders a cart at a frozen price. Answers 202 with a status to follow, or the end itself with `Prefer: wait=N`. */
  @Post()
  @Requires('orders.own:write')
  @Idempotent()
  @Answers(OrderReceiptDto, { status: [202, 201] })
  async place(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() body: PlaceOrderDto,
    @WaitSeconds() waitSeconds: number,
    @RequestOrigin() origin: OpenOrigin,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answered<OrderReceiptDto>> {
    const command = {
      ...placeCommand(caller, body, waitSeconds > 0 ? this.watch.processId : null),
      origin,
    };
    const placed = await this.placeOrder.execute(request, command);
    void reply.header('Location', statusUrlOf(placed.body.id));
    return this.awaitOrder.execute(placed, waitSeconds);
  }

  /** Cancels an order that is not confirmed yet. */
  @Post(':orderId/cancel')
  @Requires('orders.own:write', 'orders.order:write')
  @Idempotent()
  @Answers(CancelledOrderDto, { status: 200 })
  cancel(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('orderId') orderId: string,
    @Body() body: CancelOrderDto,
  ): Promise<Answered<CancelledOrderDto>> {
    const isStaff = caller.can('orders.order:write');
    const who = { merchantId: merchantOf(caller), memberId: isStaff ? null : memberOf(caller) };
    return this.cancelOrder.execute(
      request,
      { ...who, actor: `${isStaff ? 'staff' : 'member'}:${caller.subject}` },
      orderId,
      body.reason,
    );
  }
}

function placeCommand(caller: Caller, body: PlaceOrderDto, awaitedBy: string | null): PlaceCommand {
  return {
    merchantId: merchantOf(caller),
    memberId: memberOf(caller),
    email: body.email ?? caller.email ?? null,
    cartId: body.cart_id,
    couponCode: body.coupon_code === undefined ? null : couponCodeOf(body.coupon_code),
    walletMinor: body.payment.wallet_minor,
    cardToken: body.payment.card_token ?? null,
    cardFingerprint: body.payment.card_fingerprint,
    cardCountry: body.payment.card_country,
    expectedTotalMinor: body.expected_total_minor ?? null,
    awaitedBy,
  };
}
