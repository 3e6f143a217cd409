import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { DecideWithdrawal } from './decide-withdrawal';
import { QuoteWithdrawal } from './quote-withdrawal';
import { RequestWithdrawal } from './request-withdrawal';
import {
  ApproveWithdrawalDto,
  QuoteWithdrawalDto,
  RejectWithdrawalDto,
  RequestWithdrawalDto,
  WithdrawalDetailDto,
  WithdrawalDto,
  WithdrawalQuoteDto,
  WithdrawalsQuery,
} from './withdrawal.dto';
import { WithdrawalQueries } from './withdrawal-queries';

@Controller('withdrawals')
export class WithdrawalsController {
  constructor(
    private readonly requestWithdrawal: RequestWithdrawal,
    private readonly decideWithdrawal: DecideWithdrawal,
    private readonly quoteWithdrawal: QuoteWithdrawal,
    private readonly queries: WithdrawalQueries,
  ) {}

  /** What it would cost. Moves nothing. */
  @Post('quote')
  @Requires('wallet.own:read')
  @Idempotent()
  @Answers(WithdrawalQuoteDto, { status: 200 })
  quote(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: QuoteWithdrawalDto,
  ): Promise<Answered<WithdrawalQuoteDto>> {
    return this.quoteWithdrawal.execute(caller.merchantId, request, input);
  }

  /** Sets the money aside at once; it is paid once enough people have approved it. */
  @Post()
  @Requires('wallet.own:write')
  @Idempotent()
  @Answers(WithdrawalDetailDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: RequestWithdrawalDto,
  ): Promise<Answered<WithdrawalDetailDto>> {
    return this.requestWithdrawal.execute(caller, request, input);
  }

  @Get()
  @Requires('wallet.payout:read', 'wallet.own:read')
  @Answers(WithdrawalDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: WithdrawalsQuery): Promise<Page<WithdrawalDto>> {
    return this.queries.list(caller.merchantId, onlyOf(caller), query);
  }

  /** One withdrawal with every step of it. */
  @Get(':id')
  @Requires('wallet.payout:read', 'wallet.own:read')
  @Answers(WithdrawalDetailDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<WithdrawalDetailDto> {
    return this.queries.one(caller.merchantId, onlyOf(caller), id);
  }

  /** By its member, while it is `requested`. */
  @Post(':id/cancel')
  @Requires('wallet.own:write')
  @Idempotent()
  @Answers(WithdrawalDetailDto, { status: 200 })
  cancel(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<WithdrawalDetailDto>> {
    return this.decideWithdrawal.cancel(caller, request, id);
  }

  @Post(':id/approve')
  @Requires('wallet.payout:write')
  @Idempotent()
  @Answers(WithdrawalDetailDto, { status: 200 })
  approve(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: ApproveWithdrawalDto,
  ): Promise<Answered<WithdrawalDetailDto>> {
    return this.decideWithdrawal.approve(caller, request, id, input.reason);
  }

  @Post(':id/reject')
  @Requires('wallet.payout:write')
  @Idempotent()
  @Answers(WithdrawalDetailDto, { status: 200 })
  reject(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: RejectWithdrawalDto,
  ): Promise<Answered<WithdrawalDetailDto>> {
    return this.decideWithdrawal.reject(caller, request, id, input.reason);
  }
}

function onlyOf(caller: Caller): string | undefined {
  return caller.can('wallet.payout:read') ? undefined : caller.subject;
}
