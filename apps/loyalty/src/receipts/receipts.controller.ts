import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IdParam, type Page, PageQuery } from '@florin/http';
import { Controller, Get, Query } from '@nestjs/common';
import { ReceiptDto } from './receipt.dto';
import { ReceiptQueries } from './receipt-queries';

@Controller('loyalty')
export class ReceiptsController {
  constructor(private readonly queries: ReceiptQueries) {}

  @Get('members/me/receipts')
  @Requires('loyalty.own:read')
  @Answers(ReceiptDto, { page: true })
  mine(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<ReceiptDto>> {
    return this.queries.ofMember(caller.merchantId, caller.subject, query);
  }

  @Get('members/:id/receipts')
  @Requires('loyalty.receipt:read')
  @Answers(ReceiptDto, { page: true })
  ofMember(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<ReceiptDto>> {
    return this.queries.ofMember(caller.merchantId, id, query);
  }

  /** One receipt: a member's own, or any of the merchant's for staff. */
  @Get('receipts/:id')
  @Requires('loyalty.receipt:read', 'loyalty.own:read')
  @Answers(ReceiptDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<ReceiptDto> {
    return this.queries.one(caller.merchantId, id, caller.can('loyalty.receipt:read') ? undefined : caller.subject);
  }
}
