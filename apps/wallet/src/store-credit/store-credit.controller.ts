import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
  PageQuery,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { GrantStoreCredit } from './grant-store-credit';
import { GrantStoreCreditDto, StoreCreditDto, WithdrawStoreCreditDto } from './store-credit.dto';
import { StoreCreditQueries } from './store-credit-queries';
import { WithdrawStoreCredit } from './withdraw-store-credit';

@Controller('wallet')
export class StoreCreditController {
  constructor(
    private readonly grantStoreCredit: GrantStoreCredit,
    private readonly withdrawStoreCredit: WithdrawStoreCredit,
    private readonly queries: StoreCreditQueries,
  ) {}

  /** Gives a member credit that is spent on goods and never paid out. */
  @Post('store-credit')
  @Requires('wallet.account:write')
  @Idempotent()
  @Answers(StoreCreditDto, { status: 201 })
  grant(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: GrantStoreCreditDto,
  ): Promise<Answered<StoreCreditDto>> {
    return this.grantStoreCredit.execute(caller, request, input);
  }

  /** Takes back what is left of a grant. */
  @Post('store-credit/:id/withdraw')
  @Requires('wallet.account:write')
  @Idempotent()
  @Answers(StoreCreditDto, { status: 200 })
  withdraw(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() { reason }: WithdrawStoreCreditDto,
  ): Promise<Answered<StoreCreditDto>> {
    return this.withdrawStoreCredit.execute(caller, request, id, reason);
  }

  /** The caller's own store credit, newest first. */
  @Get('store-credit')
  @Requires('wallet.own:read')
  @Answers(StoreCreditDto, { page: true })
  mine(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<StoreCreditDto>> {
    return this.queries.list(caller.merchantId, caller.subject, query);
  }

  @Get('members/:id/store-credit')
  @Requires('wallet.account:read')
  @Answers(StoreCreditDto, { page: true })
  ofMember(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<StoreCreditDto>> {
    return this.queries.ofMember(caller.merchantId, id, query);
  }
}
