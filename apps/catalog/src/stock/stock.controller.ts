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
import { ReceiveStock } from './receive-stock';
import { StockLevelDto, StockMovementDto, StockReceiptDto } from './stock.dto';
import { StockQueries } from './stock-queries';

@Controller('stock')
export class StockController {
  constructor(
    private readonly receiveStock: ReceiveStock,
    private readonly queries: StockQueries,
  ) {}

  /** Books a delivery. Safe to retry. */
  @Post('receipts')
  @Requires('catalog.stock:write')
  @Idempotent()
  @Answers(StockLevelDto, { status: 201 })
  receive(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() receipt: StockReceiptDto,
  ): Promise<Answered<StockLevelDto>> {
    return this.receiveStock.execute(caller, request, receipt);
  }

  @Get(':variant_id')
  @Requires('catalog.stock:read')
  @Answers(StockLevelDto)
  level(@CurrentCaller() caller: Caller, @IdParam('variant_id') variantId: string): Promise<StockLevelDto> {
    return this.queries.read(caller.merchantId, variantId);
  }

  @Get(':variant_id/movements')
  @Requires('catalog.stock:read')
  @Answers(StockMovementDto, { page: true })
  movements(
    @CurrentCaller() caller: Caller,
    @IdParam('variant_id') variantId: string,
    @Query() query: PageQuery,
  ): Promise<Page<StockMovementDto>> {
    return this.queries.movements(caller.merchantId, variantId, query);
  }
}
