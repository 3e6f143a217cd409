import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { type Answered, Answers, Idempotent, IdempotencyRequest, type IdempotentRequest, IdParam } from '@florin/http';
import { Body, Controller, Post } from '@nestjs/common';
import { ReplayDto, ReplayedDto, ReplayedManyDto, ReplayManyDto, TrySettingsDto } from './replay.dto';
import { SaveFraudSettingsDto } from './fraud-settings.dto';
import { ReplayDecisions } from './replay-decisions';

/** Decisions of the past, taken again. Nothing here changes any of them. */
@Controller('fraud')
export class ReplaysController {
  constructor(private readonly replayDecisions: ReplayDecisions) {}

  /** One decision again, with what it was taken with or with what holds now. */
  @Post('decisions/:id/replay')
  @Requires('wallet.fraud:read')
  @Idempotent()
  @Answers(ReplayedDto, { status: 200 })
  replay(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() wish: ReplayDto,
  ): Promise<Answered<ReplayedDto>> {
    return this.replayDecisions.execute(caller, request, id, wish);
  }

  /** What settings that nobody has said yet would have decided. */
  @Post('decisions/:id/trial')
  @Requires('wallet.fraud:read')
  @Idempotent()
  @Answers(ReplayedDto, { status: 200 })
  trial(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() draft: SaveFraudSettingsDto,
  ): Promise<Answered<ReplayedDto>> {
    return this.replayDecisions.execute(caller, request, id, { with: 'draft', draft });
  }

  /** All decisions of a span of time again, and how many come out otherwise. */
  @Post('replays')
  @Requires('wallet.fraud:read')
  @Idempotent()
  @Answers(ReplayedManyDto, { status: 200 })
  replayMany(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() wish: ReplayManyDto,
  ): Promise<Answered<ReplayedManyDto>> {
    return this.replayDecisions.executeMany(caller, request, wish, wish);
  }

  /** What settings that nobody has said yet would have decided in a span of time. */
  @Post('trials')
  @Requires('wallet.fraud:read')
  @Idempotent()
  @Answers(ReplayedManyDto, { status: 200 })
  trialMany(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() { from, to, ...draft }: TrySettingsDto,
  ): Promise<Answered<ReplayedManyDto>> {
    return this.replayDecisions.executeMany(caller, request, { from, to }, { with: 'draft', draft });
  }
}
