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
import { Body, Controller, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { FreezeWallets } from './freeze-wallets';
import { LimitQueries } from './limit-queries';
import {
  FreezeDto,
  FreezeWalletDto,
  LiftFreezeDto,
  LimitsDto,
  LimitsHistoryQuery,
  LimitsQuery,
  MemberLimitsDto,
  SaveLimitsDto,
} from './limits.dto';
import { SaveLimits } from './save-limits';

/** What members may move, and whose wallet is frozen. */
@Controller('wallet')
export class LimitsController {
  constructor(
    private readonly saveLimits: SaveLimits,
    private readonly freezeWallets: FreezeWallets,
    private readonly queries: LimitQueries,
  ) {}

  /** The limits of everybody at the merchant; the ETag is needed to change them. */
  @Get('limits')
  @Requires('wallet.setting:read')
  @Answers(LimitsDto)
  async current(
    @CurrentCaller() caller: Caller,
    @Query() { currency }: LimitsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LimitsDto> {
    const limits = await this.queries.ofEverybody(caller.merchantId, currency);
    tag(reply, limits.version);
    return limits;
  }

  /** Says the next version; needs If-Match, `"0"` for the first. */
  @Put('limits')
  @Requires('wallet.setting:write')
  @Idempotent()
  @Answers(LimitsDto)
  save(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IfMatch() version: number,
    @Body() input: SaveLimitsDto,
  ): Promise<Answered<LimitsDto>> {
    return this.saveLimits.execute(caller, request, undefined, version, input);
  }

  @Get('limits/history')
  @Requires('wallet.setting:read')
  @Answers(LimitsDto, { page: true })
  history(@CurrentCaller() caller: Caller, @Query() query: LimitsHistoryQuery): Promise<Page<LimitsDto>> {
    return this.queries.history(caller.merchantId, query);
  }

  /** What holds for the caller, and what of it is used. */
  @Get('limits/mine')
  @Requires('wallet.own:read')
  @Answers(MemberLimitsDto)
  mine(@CurrentCaller() caller: Caller, @Query() { currency }: LimitsQuery): Promise<MemberLimitsDto> {
    return this.queries.ofMember(caller.merchantId, caller.subject, currency, true);
  }

  @Get('members/:id/limits')
  @Requires('wallet.setting:read')
  @Answers(MemberLimitsDto)
  async ofMember(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() { currency }: LimitsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MemberLimitsDto> {
    const limits = await this.queries.ofMember(caller.merchantId, id, currency);
    tag(reply, limits.version);
    return limits;
  }

  /** A member's own limits: what they say wins over those of everybody, null takes a limit away. */
  @Put('members/:id/limits')
  @Requires('wallet.setting:write')
  @Idempotent()
  @Answers(LimitsDto)
  saveOfMember(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @IfMatch() version: number,
    @Body() input: SaveLimitsDto,
  ): Promise<Answered<LimitsDto>> {
    return this.saveLimits.execute(caller, request, id, version, input);
  }

  /** Freezes a member's wallet: its debits, or all but refunds. */
  @Post('members/:id/freezes')
  @Requires('wallet.account:write')
  @Idempotent()
  @Answers(FreezeDto, { status: 201 })
  freeze(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: FreezeWalletDto,
  ): Promise<Answered<FreezeDto>> {
    return this.freezeWallets.freeze(caller, request, id, input);
  }

  @Post('members/:id/freezes/lift')
  @Requires('wallet.account:write')
  @Idempotent()
  @Answers(FreezeDto, { status: 200 })
  lift(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: LiftFreezeDto,
  ): Promise<Answered<FreezeDto>> {
    return this.freezeWallets.lift(caller, request, id, input);
  }

  /** Every time the wallet was frozen, newest first. */
  @Get('members/:id/freezes')
  @Requires('wallet.account:read')
  @Answers(FreezeDto, { page: true })
  freezes(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<FreezeDto>> {
    return this.queries.freezes(caller.merchantId, id, query);
  }
}
