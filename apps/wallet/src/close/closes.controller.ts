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
  tag,
} from '@florin/http';
import { Body, Controller, Get, Header, Post, Put, Query, Res } from '@nestjs/common';
import { IsIn } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { ApproveClose } from './approve-close';
import {
  CloseDto,
  CloseHeadDto,
  CohortLineDto,
  GlAccountMapDto,
  GlAccountsDto,
  PrepareCloseDto,
  VerificationDto,
} from './close.dto';
import { CloseQueries } from './close-queries';
import { GlAccounts } from './gl-accounts';
import { PrepareClose } from './prepare-close';
import { VerifyClose } from './verify-close';

class ExportQuery {
  /** `csv`: every cohort of the roll-forward; `gl`: the journal for the merchant's own general ledger. */
  @IsIn(['csv', 'gl'])
  format: 'csv' | 'gl' = 'csv';
}

@Controller('closes')
export class ClosesController {
  constructor(
    private readonly prepareClose: PrepareClose,
    private readonly approveClose: ApproveClose,
    private readonly verifyClose: VerifyClose,
    private readonly queries: CloseQueries,
    private readonly glAccounts: GlAccounts,
  ) {}

  /** Works a month out for somebody else to approve. Books nothing, and may be repeated until it is approved. */
  @Post()
  @Requires('wallet.close:admin')
  @Idempotent()
  @Answers(CloseDto, { status: 201 })
  prepare(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() { period }: PrepareCloseDto,
  ): Promise<Answered<CloseDto>> {
    return this.prepareClose.execute(caller, request, period);
  }

  /** Books, locks and hashes a month that somebody else prepared. There is no way back. */
  @Post(':id/approve')
  @Requires('wallet.close:admin')
  @Idempotent()
  @Answers(CloseDto, { status: 200 })
  approve(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<CloseDto>> {
    return this.approveClose.execute(caller, request, id);
  }

  @Get()
  @Requires('wallet.close:read')
  @Answers(CloseHeadDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<CloseHeadDto>> {
    return this.queries.list(caller, query);
  }

  @Get('accounts')
  @Requires('wallet.close:read')
  @Answers(GlAccountMapDto)
  async accounts(
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GlAccountMapDto> {
    const map = await this.glAccounts.read(caller);
    tag(reply, map.version);
    return map;
  }

  @Put('accounts')
  @Requires('wallet.close:admin')
  @Idempotent()
  @Answers(GlAccountMapDto)
  changeAccounts(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IfMatch() version: number,
    @Body() input: GlAccountsDto,
  ): Promise<Answered<GlAccountMapDto>> {
    return this.glAccounts.change(caller, request, version, input);
  }

  @Get(':id')
  @Requires('wallet.close:read')
  @Answers(CloseDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<CloseDto> {
    return this.queries.one(caller, id);
  }

  /** The cohorts behind the roll-forward. */
  @Get(':id/lines')
  @Requires('wallet.close:read')
  @Answers(CohortLineDto, { page: true })
  lines(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<CohortLineDto>> {
    return this.queries.lines(caller, id, query);
  }

  /** Computes the month again from lots, settings and ledger, and says whether it is the same. */
  @Get(':id/verify')
  @Requires('wallet.close:read')
  @Answers(VerificationDto)
  verify(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<VerificationDto> {
    return this.verifyClose.execute(caller, id);
  }

  /** As CSV. */
  @Get(':id/export')
  @Requires('wallet.close:read')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Answers()
  export(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() { format }: ExportQuery,
  ): Promise<string> {
    return this.queries.export(caller, id, format);
  }
}
