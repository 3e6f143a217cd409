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
import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { KeepMonitors } from './keep-monitors';
import { CrossingDto, MonitorDto, MonitorsQuery, WatchDto } from './monitor.dto';

@Controller('ledger/monitors')
export class MonitorsController {
  constructor(private readonly keepMonitors: KeepMonitors) {}

  /** Says `wallet.balance.crossed` each time the balance passes the threshold. */
  @Post()
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(MonitorDto, { status: 201 })
  watch(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: WatchDto,
  ): Promise<Answered<MonitorDto>> {
    return this.keepMonitors.watch(caller, request, input);
  }

  @Get()
  @Requires('wallet.ledger:read')
  @Answers(MonitorDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: MonitorsQuery): Promise<Page<MonitorDto>> {
    return this.keepMonitors.list(caller.merchantId, query);
  }

  @Get(':id/crossings')
  @Requires('wallet.ledger:read')
  @Answers(CrossingDto, { page: true })
  crossings(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<CrossingDto>> {
    return this.keepMonitors.crossings(caller.merchantId, id, query);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('wallet.ledger:write')
  @Answers()
  unwatch(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<void> {
    return this.keepMonitors.unwatch(caller.merchantId, id);
  }
}
