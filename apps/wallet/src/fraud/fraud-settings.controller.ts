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
import { Body, Controller, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { TrainedDto } from './fraud.dto';
import { FraudModelDto } from './fraud-model.dto';
import { FraudSettingsDto, SaveFraudSettingsDto } from './fraud-settings.dto';
import { FraudSettingsQueries } from './fraud-settings-queries';
import { SaveFraudSettings } from './save-fraud-settings';
import { TrainModels } from './train-models';

/** Thresholds, weights, windows and lists of the fraud check, and the models that were trained. */
@Controller('fraud')
export class FraudSettingsController {
  constructor(
    private readonly queries: FraudSettingsQueries,
    private readonly saveSettings: SaveFraudSettings,
    private readonly trainModels: TrainModels,
  ) {}

  /** What holds now; the ETag is needed to change it. */
  @Get('settings')
  @Requires('wallet.fraud:read')
  @Answers(FraudSettingsDto)
  async current(
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FraudSettingsDto> {
    const settings = await this.queries.current(caller.merchantId);
    tag(reply, settings.version);
    return settings;
  }

  /** Says the next version; needs If-Match, `"0"` for the first. */
  @Put('settings')
  @Requires('wallet.fraud:admin')
  @Idempotent()
  @Answers(FraudSettingsDto)
  save(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IfMatch() version: number,
    @Body() input: SaveFraudSettingsDto,
  ): Promise<Answered<FraudSettingsDto>> {
    return this.saveSettings.execute(caller, request, version, input);
  }

  @Get('settings/versions')
  @Requires('wallet.fraud:read')
  @Answers(FraudSettingsDto, { page: true })
  history(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<FraudSettingsDto>> {
    return this.queries.history(caller.merchantId, query);
  }

  @Get('models')
  @Requires('wallet.fraud:read')
  @Answers(FraudModelDto, { page: true })
  models(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<FraudModelDto>> {
    return this.queries.models(caller.merchantId, query);
  }

  /** Trains now instead of tonight. */
  @Post('models')
  @Requires('wallet.fraud:admin')
  @Idempotent()
  @Answers(TrainedDto, { status: 200 })
  train(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
  ): Promise<Answered<TrainedDto>> {
    return this.trainModels.execute(caller, request);
  }
}
