import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { BatchDetailDto, BatchDto, BatchesQuery, GatherPayoutsDto } from './batch.dto';
import { BatchQueries } from './batch-queries';
import { GatherPayouts } from './gather-payouts';

@Controller('payouts/batches')
export class BatchesController {
  constructor(
    private readonly gatherPayouts: GatherPayouts,
    private readonly queries: BatchQueries,
  ) {}

  /** Gathers what is approved now, without waiting for the batch time. */
  @Post()
  @Requires('wallet.payout:write')
  @Idempotent()
  @Answers(BatchDetailDto, { status: 201 })
  gather(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: GatherPayoutsDto,
  ): Promise<Answered<BatchDetailDto>> {
    return this.gatherPayouts.byHand(caller, request, input.currency);
  }

  @Get()
  @Requires('wallet.payout:read')
  @Answers(BatchDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: BatchesQuery): Promise<Page<BatchDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  /** One batch with its lines. */
  @Get(':id')
  @Requires('wallet.payout:read')
  @Answers(BatchDetailDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<BatchDetailDto> {
    return this.queries.one(caller.merchantId, id);
  }
}
