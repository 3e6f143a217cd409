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
  tag,
} from '@florin/http';
import { Body, Controller, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DecideProposal } from './decide-proposal';
import { LedgerSettings } from './ledger-settings';
import { DecideDto, ProposalDto, ProposalsQuery } from './proposal.dto';
import { LedgerSettingsDto, LedgerSettingsQuery, SaveLedgerSettingsDto } from './settings.dto';

/** Four eyes: from which amount they are needed, and what waits for them. */
@Controller('ledger')
export class ProposalsController {
  constructor(
    private readonly decideProposal: DecideProposal,
    private readonly settings: LedgerSettings,
  ) {}

  @Get('settings')
  @Requires('wallet.ledger:read')
  @Answers(LedgerSettingsDto)
  async current(
    @CurrentCaller() caller: Caller,
    @Query() { currency }: LedgerSettingsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LedgerSettingsDto> {
    const settings = await this.settings.current(caller.merchantId, currency);
    tag(reply, settings.version);
    return settings;
  }

  /** Says the next version; needs If-Match, `"0"` for the first. */
  @Put('settings')
  @Requires('wallet.ledger:admin')
  @Idempotent()
  @Answers(LedgerSettingsDto)
  save(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IfMatch() version: number,
    @Body() input: SaveLedgerSettingsDto,
  ): Promise<Answered<LedgerSettingsDto>> {
    return this.settings.save(caller, request, version, input);
  }

  @Get('proposals')
  @Requires('wallet.ledger:read')
  @Answers(ProposalDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: ProposalsQuery): Promise<Page<ProposalDto>> {
    return this.decideProposal.list(caller.merchantId, query);
  }

  @Post('proposals/:id/approve')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(ProposalDto, { status: 200 })
  approve(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() { reason }: DecideDto,
  ): Promise<Answered<ProposalDto>> {
    return this.decideProposal.approve(caller, request, id, reason);
  }

  @Post('proposals/:id/reject')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(ProposalDto, { status: 200 })
  reject(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() { reason }: DecideDto,
  ): Promise<Answered<ProposalDto>> {
    return this.decideProposal.reject(caller, request, id, reason);
  }
}
