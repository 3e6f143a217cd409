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
import { Body, Controller, Get, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ChangeSetting } from './change-setting';
import { LiabilityDto, LiabilityQuery, LotDetailDto, LotDto, LotsQuery } from './liability.dto';
import { LiabilityQueries } from './liability-queries';
import { LotQueries } from './lot-queries';
import { LiabilitySettingDto, LiabilitySettingInputDto } from './setting.dto';

@Controller('liability')
export class LiabilityController {
  constructor(
    private readonly queries: LiabilityQueries,
    private readonly lotQueries: LotQueries,
    private readonly changeSetting: ChangeSetting,
  ) {}

  /** How much is owed, to whom and for what: points, wallets, cashback, cards, credit, payouts, partners. */
  @Get()
  @Requires('wallet.close:read')
  @Answers(LiabilityDto)
  owed(@CurrentCaller() caller: Caller, @Query() query: LiabilityQuery): Promise<LiabilityDto> {
    return this.queries.owed(caller, query);
  }

  /** The lots behind it. */
  @Get('lots')
  @Requires('wallet.close:read')
  @Answers(LotDto, { page: true })
  lots(@CurrentCaller() caller: Caller, @Query() query: LotsQuery): Promise<Page<LotDto>> {
    return this.lotQueries.list(caller, query);
  }

  /** Why a lot is owed: everything that changed it, with the journals. */
  @Get('lots/:id')
  @Requires('wallet.close:read')
  @Answers(LotDetailDto)
  lot(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<LotDetailDto> {
    return this.lotQueries.one(caller, id);
  }

  /** What the books take for granted about a program. */
  @Get('programs/:id')
  @Requires('wallet.close:read')
  @Answers(LiabilitySettingDto)
  async setting(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LiabilitySettingDto> {
    const setting = await this.changeSetting.read(caller, id);
    tag(reply, setting.version);
    return setting;
  }

  /** Publishes the next version: for lots from now on, and for closes from the next on. */
  @Put('programs/:id')
  @Requires('wallet.close:admin')
  @Idempotent()
  @Answers(LiabilitySettingDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @IfMatch() version: number,
    @Body() input: LiabilitySettingInputDto,
  ): Promise<Answered<LiabilitySettingDto>> {
    return this.changeSetting.execute(caller, request, id, version, input);
  }
}
