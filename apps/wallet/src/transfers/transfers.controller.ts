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
import { MakeTransfer } from './make-transfer';
import { MakeTransferDto, TransferDto, TransfersQuery } from './transfer.dto';
import { TransferQueries } from './transfer-queries';

@Controller('wallet/transfers')
export class TransfersController {
  constructor(
    private readonly makeTransfer: MakeTransfer,
    private readonly queries: TransferQueries,
  ) {}

  /** Gives money of the caller's wallet to another member of the same merchant. */
  @Post()
  @Requires('wallet.own:write')
  @Idempotent()
  @Answers(TransferDto, { status: 201 })
  make(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: MakeTransferDto,
  ): Promise<Answered<TransferDto>> {
    return this.makeTransfer.execute(caller, request, input);
  }

  /** What the caller gave and got, the latest first. */
  @Get()
  @Requires('wallet.own:read')
  @Answers(TransferDto, { page: true })
  mine(@CurrentCaller() caller: Caller, @Query() query: TransfersQuery): Promise<Page<TransferDto>> {
    return this.queries.list(caller.merchantId, caller.subject, query);
  }

  @Get(':id')
  @Requires('wallet.own:read')
  @Answers(TransferDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<TransferDto> {
    return this.queries.one(caller.merchantId, id, caller.subject);
  }
}
