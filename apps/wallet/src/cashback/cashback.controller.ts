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
import { CashbackDetailDto, CashbackDto, CashbackQuery, DeclineCashbackDto } from './cashback.dto';
import { CashbackQueries } from './cashback-queries';
import { DecideCashback } from './decide-cashback';

@Controller('cashback')
export class CashbackController {
  constructor(
    private readonly decideCashback: DecideCashback,
    private readonly queries: CashbackQueries,
  ) {}

  /** A member's own cashback, or the merchant's for its staff; newest first. */
  @Get()
  @Requires('wallet.cashback:read', 'wallet.own:read')
  @Answers(CashbackDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: CashbackQuery): Promise<Page<CashbackDto>> {
    return this.queries.list(caller.merchantId, onlyOf(caller), query);
  }

  /** One cashback with every step of it. */
  @Get(':id')
  @Requires('wallet.cashback:read', 'wallet.own:read')
  @Answers(CashbackDetailDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<CashbackDetailDto> {
    return this.queries.one(caller.merchantId, onlyOf(caller), id);
  }

  /** Lets confirmed cashback go, where the merchant wants to see it first. */
  @Post(':id/approve')
  @Requires('wallet.cashback:write')
  @Idempotent()
  @Answers(CashbackDetailDto, { status: 200 })
  approve(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<CashbackDetailDto>> {
    return this.decideCashback.approve(caller, request, id);
  }

  /** Declines cashback that is not paid yet; its owner sees why. */
  @Post(':id/decline')
  @Requires('wallet.cashback:write')
  @Idempotent()
  @Answers(CashbackDetailDto, { status: 200 })
  decline(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() { reason }: DeclineCashbackDto,
  ): Promise<Answered<CashbackDetailDto>> {
    return this.decideCashback.decline(caller, request, id, reason);
  }
}

function onlyOf(caller: Caller): string | undefined {
  return caller.can('wallet.cashback:read') ? undefined : caller.subject;
}
