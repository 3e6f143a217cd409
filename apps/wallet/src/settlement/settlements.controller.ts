import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  IfMatch,
  type Page,
  PageQuery,
} from '@florin/http';
import { Body, Controller, Get, Post, Put, Query } from '@nestjs/common';
import { IssueSettlement } from './issue-settlement';
import { PayTransfer } from './pay-transfer';
import { Prefund } from './prefund';
import {
  ChangePrefundingDto,
  EnforcePrefundingDto,
  IssueSettlementDto,
  PaidDto,
  PrefundingDto,
  SettlementDto,
  SettlementHeadDto,
  TransferDto,
} from './settlement.dto';
import { SettlementQueries } from './settlement-queries';

@Controller('settlements')
export class SettlementsController {
  constructor(
    private readonly issueSettlement: IssueSettlement,
    private readonly payTransfer: PayTransfer,
    private readonly prefund: Prefund,
    private readonly queries: SettlementQueries,
  ) {}

  /** Settles a month between everybody: invoices per pair, netted to as few transfers as there have to be. */
  @Post()
  @Requires('wallet.close:admin')
  @Idempotent()
  @Answers(SettlementDto, { status: 201 })
  issue(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: IssueSettlementDto,
  ): Promise<Answered<SettlementDto>> {
    return this.issueSettlement.execute(caller, request, input);
  }

  @Get()
  @Requires('wallet.close:read')
  @Answers(SettlementHeadDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<SettlementHeadDto>> {
    return this.queries.list(caller, query);
  }

  /** What the merchant has paid in ahead for points, per currency, and what is left of it. */
  @Get('prefunding')
  @Requires('wallet.close:read')
  @Answers([PrefundingDto])
  prefunding(@CurrentCaller() caller: Caller): Promise<PrefundingDto[]> {
    return this.queries.prefunding(caller);
  }

  @Post('prefunding')
  @Requires('wallet.close:admin')
  @Idempotent()
  @Answers(PrefundingDto, { status: 201 })
  changePrefunding(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: ChangePrefundingDto,
  ): Promise<Answered<PrefundingDto>> {
    return this.prefund.change(caller, request, input);
  }

  /** Says whether the merchant may give points beyond its prefunding. */
  @Put('prefunding')
  @Requires('wallet.close:admin')
  @Idempotent()
  @Answers(PrefundingDto)
  enforcePrefunding(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IfMatch() version: number,
    @Body() input: EnforcePrefundingDto,
  ): Promise<Answered<PrefundingDto>> {
    return this.prefund.enforce(caller, request, version, input);
  }

  @Get(':id')
  @Requires('wallet.close:read')
  @Answers(SettlementDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<SettlementDto> {
    return this.queries.one(caller, id);
  }

  /** Says that a transfer has been paid, by whoever got the money or the operator. */
  @Post('transfers/:id/paid')
  @Requires('wallet.close:admin')
  @Idempotent()
  @Answers(TransferDto, { status: 200 })
  paid(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() { reference }: PaidDto,
  ): Promise<Answered<TransferDto>> {
    return this.payTransfer.execute(caller, request, id, reference);
  }
}
