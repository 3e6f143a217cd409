import { Body, Controller, Post } from '@nestjs/common';
import { CurrentCaller, Requires, type Caller } from '@florin/access';
import { Answers, Idempotent, IdempotencyRequest, type Answered, type IdempotentRequest } from '@florin/http';
import { merchantOf } from '../input';
import { ImportOrders } from './import-orders';
import { ImportOrdersDto, ImportReportDto } from './imports.dto';

@Controller('orders/import')
export class ImportsController {
  constructor(private readonly importOrders: ImportOrders) {}

  /** Takes over completed orders of an older system, up to 1,000 at once; each external number once. */
  @Post()
  @Requires('orders.order:write')
  @Idempotent()
  @Answers(ImportReportDto, { status: 200 })
  import(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() body: ImportOrdersDto,
  ): Promise<Answered<ImportReportDto>> {
    return this.importOrders.execute(request, { subject: caller.subject, merchantId: merchantOf(caller) }, body);
  }
}
