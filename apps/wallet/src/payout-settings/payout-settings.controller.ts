import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IfMatch,
  type Page,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { KeepPayoutSettings } from './keep-payout-settings';
import { PayoutSettingsDto, SavePayoutSettingsDto, SettingsHistoryQuery, SettingsQuery } from './payout-settings.dto';

@Controller('payouts/settings')
export class PayoutSettingsController {
  constructor(private readonly settings: KeepPayoutSettings) {}

  @Get()
  @Requires('wallet.payout:read')
  @Answers(PayoutSettingsDto)
  async one(
    @CurrentCaller() caller: Caller,
    @Query() { currency }: SettingsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PayoutSettingsDto> {
    const found = await this.settings.read(caller.merchantId, currency);
    tag(reply, found.version);
    return found;
  }

  /** What was set before, the newest first. */
  @Get('versions')
  @Requires('wallet.payout:read')
  @Answers(PayoutSettingsDto, { page: true })
  history(@CurrentCaller() caller: Caller, @Query() query: SettingsHistoryQuery): Promise<Page<PayoutSettingsDto>> {
    return this.settings.history(caller.merchantId, query.currency, query);
  }

  /** Withdrawals that were asked for before keep the rules they were asked under. */
  @Put()
  @Requires('wallet.setting:write')
  @Idempotent()
  @Answers(PayoutSettingsDto)
  save(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IfMatch() version: number,
    @Body() input: SavePayoutSettingsDto,
  ): Promise<Answered<PayoutSettingsDto>> {
    return this.settings.save(caller, request, version, input);
  }
}
