import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IdParam, type Page } from '@florin/http';
import { Controller, Get, Query } from '@nestjs/common';
import { PaymentDetailDto, PaymentDto, PaymentsQuery } from './payment.dto';
import { PaymentQueries } from './payment-queries';

@Controller('payments')
export class PaymentsController {
  constructor(private readonly queries: PaymentQueries) {}

  @Get()
  @Requires('wallet.payment:read', 'wallet.own:read')
  @Answers(PaymentDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: PaymentsQuery): Promise<Page<PaymentDto>> {
    return this.queries.list(caller.merchantId, onlyOf(caller), query);
  }

  /** One payment with every step of it. */
  @Get(':id')
  @Requires('wallet.payment:read', 'wallet.own:read')
  @Answers(PaymentDetailDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<PaymentDetailDto> {
    return this.queries.one(caller.merchantId, onlyOf(caller), id);
  }
}

function onlyOf(caller: Caller): string | undefined {
  return caller.can('wallet.payment:read') ? undefined : caller.subject;
}
