import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
  WaitSeconds,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { RefundQueries } from './refund-queries';
import { RefundDto, RefundsQuery, RequestRefundDto } from './refund.dto';
import { RequestRefund } from './request-refund';
import { RetryRefund } from './retry-refund';

@Controller()
export class RefundsController {
  constructor(
    private readonly requestRefund: RequestRefund,
    private readonly retryRefund: RetryRefund,
    private readonly queries: RefundQueries,
  ) {}

  /** Refunds of the merchant, newest first; `state=failed` are those that somebody has to look after. */
  @Get('refunds')
  @Requires('wallet.refund:read')
  @Answers(RefundDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: RefundsQuery): Promise<Page<RefundDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  @Get('payments/:id/refunds')
  @Requires('wallet.refund:read', 'wallet.own:read')
  @Answers(RefundDto, { page: true })
  ofPayment(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: RefundsQuery,
  ): Promise<Page<RefundDto>> {
    const onlyOf = caller.can('wallet.refund:read') ? undefined : caller.subject;
    return this.queries.ofPayment(caller.merchantId, onlyOf, id, query);
  }

  /** Gives a payment back, in parts if wished. Answers 202 with a refund to follow, or, with `Prefer: wait=N`, how it ended. */
  @Post('payments/:id/refunds')
  @Requires('wallet.refund:write')
  @Idempotent()
  @Answers(RefundDto, { status: [202, 201] })
  async request(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: RequestRefundDto,
    @WaitSeconds() waitSeconds: number,
  ): Promise<Answered<RefundDto>> {
    const asked = await this.requestRefund.execute(caller, request, id, input);
    return this.queries.awaitEnd(caller.merchantId, asked, waitSeconds);
  }

  /** Asks once more for a refund that failed. */
  @Post('payments/:id/refunds/:refund_id/retry')
  @Requires('wallet.refund:write')
  @Idempotent()
  @Answers(RefundDto, { status: [202, 201] })
  async retry(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @IdParam('refund_id') refundId: string,
    @WaitSeconds() waitSeconds: number,
  ): Promise<Answered<RefundDto>> {
    const asked = await this.retryRefund.execute(caller, request, id, refundId);
    return this.queries.awaitEnd(caller.merchantId, asked, waitSeconds);
  }
}
