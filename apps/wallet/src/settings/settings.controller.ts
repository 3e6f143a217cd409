import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IfMatch,
  type Page,
  PageQuery,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SaveSettings } from './save-settings';
import { SaveSettingsDto, WalletSettingsDto } from './settings.dto';

/** What a merchant decides about gift cards, store credit, codes and exchange. */
@Controller('wallet/settings')
export class SettingsController {
  constructor(private readonly settings: SaveSettings) {}

  /** What holds now; the ETag is needed to change it. */
  @Get()
  @Requires('wallet.setting:read')
  @Answers(WalletSettingsDto)
  async current(
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WalletSettingsDto> {
    const current = await this.settings.current(caller.merchantId);
    tag(reply, current.version);
    return current;
  }

  /** Says the next version; needs If-Match, `"0"` for the first. */
  @Put()
  @Requires('wallet.setting:write')
  @Idempotent()
  @Answers(WalletSettingsDto)
  save(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IfMatch() version: number,
    @Body() input: SaveSettingsDto,
  ): Promise<Answered<WalletSettingsDto>> {
    return this.settings.execute(caller, request, version, input);
  }

  @Get('history')
  @Requires('wallet.setting:read')
  @Answers(WalletSettingsDto, { page: true })
  history(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<WalletSettingsDto>> {
    return this.settings.history(caller.merchantId, query);
  }
}
