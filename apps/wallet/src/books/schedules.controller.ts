import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
  PageQuery,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { DryRun } from './dry-run';
import { KeepSchedules } from './keep-schedules';
import { CreateScheduleDto, ScheduledDto, ScheduleDto, ScheduleRunDto, SchedulesQuery } from './schedule.dto';

/** Journals that come by themselves. */
@Controller('ledger/schedules')
export class SchedulesController {
  constructor(private readonly keepSchedules: KeepSchedules) {}

  @Post()
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(ScheduledDto, { status: [201, 202, 200] })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @DryRun() isDryRun: boolean,
    @Body() input: CreateScheduleDto,
  ): Promise<Answered<ScheduledDto>> {
    return this.keepSchedules.create(caller, request, input, isDryRun);
  }

  @Get()
  @Requires('wallet.ledger:read')
  @Answers(ScheduleDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: SchedulesQuery): Promise<Page<ScheduleDto>> {
    return this.keepSchedules.list(caller.merchantId, query);
  }

  /** Each time it was due, the latest first, with the journal or why there is none. */
  @Get(':id/runs')
  @Requires('wallet.ledger:read')
  @Answers(ScheduleRunDto, { page: true })
  runs(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<ScheduleRunDto>> {
    return this.keepSchedules.runs(caller.merchantId, id, query);
  }

  @Post(':id/pause')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(ScheduleDto, { status: 200 })
  pause(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<ScheduleDto>> {
    return this.keepSchedules.pause(caller, request, id);
  }

  /** Goes on; what it missed meanwhile comes now. */
  @Post(':id/resume')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(ScheduleDto, { status: 200 })
  resume(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<ScheduleDto>> {
    return this.keepSchedules.resume(caller, request, id);
  }

  @Post(':id/end')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(ScheduleDto, { status: 200 })
  end(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<ScheduleDto>> {
    return this.keepSchedules.end(caller, request, id);
  }
}
