import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentCaller, Requires, type Caller } from '@florin/access';
import { Answers, IdParam, Idempotent, IdempotencyRequest, type Answered, type IdempotentRequest } from '@florin/http';
import { merchantOf } from '../input';
import { RefundQueries } from './refund-queries';
import { RefundDto, RequestRefundDto } from './refunds.dto';
import { RequestRefund } from './request-refund';

@Controller('orders/:orderId/refunds')
export class RefundsController {
  constructor(
    private readonly requestRefund: RequestRefund,
    private readonly queries: RefundQueries,
  ) {}

  /** Gives back some units of some lines, to each tender its share. Answers 202; the refund is completed when the money is back. */
  @Post()
  @Requires('orders.refund:write')
  @Idempotent()
  @Answers(RefundDto, { status: 202 })
  async request(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('orderId') orderId: string,
    @Body() body: RequestRefundDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answered<RefundDto>> {
    const answered = await this.requestRefund.execute(
      request,
      { subject: caller.subject, merchantId: merchantOf(caller) },
      orderId,
      body,
    );
    void reply.header('Location', `/api/v1/orders/${orderId}/refunds/${answered.body.id}`);
    return answered;
  }

  /** Every refund of the order, oldest first. */
  @Get()
  @Requires('orders.refund:read')
  @Answers([RefundDto])
  list(@CurrentCaller() caller: Caller, @IdParam('orderId') orderId: string): Promise<RefundDto[]> {
    return this.queries.ofOrder(merchantOf(caller), orderId);
  }

  /** One refund and how far it is. */
  @Get(':refundId')
  @Requires('orders.refund:read')
  @Answers(RefundDto)
  show(
    @CurrentCaller() caller: Caller,
    @IdParam('orderId') orderId: string,
    @IdParam('refundId') refundId: string,
  ): Promise<RefundDto> {
    return this.queries.one(merchantOf(caller), orderId, refundId);
  }
}
