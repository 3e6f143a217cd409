import { Controller, Get, Query } from '@nestjs/common';
import { CurrentCaller, Requires, type Caller } from '@florin/access';
import { Answers, IdParam, type Page } from '@florin/http';
import { memberOf, merchantOf } from '../input';
import { OrderQueries } from './order-queries';
import { MerchantOrderListQuery, OrderDto, OrderListQuery, OrderSummaryDto } from './orders.dto';

@Controller('orders')
export class OrdersController {
  constructor(private readonly queries: OrderQueries) {}

  /** The merchant's orders, newest first. */
  @Get()
  @Requires('orders.order:read')
  @Answers(OrderSummaryDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: MerchantOrderListQuery): Promise<Page<OrderSummaryDto>> {
    return this.queries.list({ merchantId: merchantOf(caller), memberId: null }, query);
  }

  /** The caller's own orders, newest first. */
  @Get('mine')
  @Requires('orders.own:read')
  @Answers(OrderSummaryDto, { page: true })
  mine(@CurrentCaller() caller: Caller, @Query() query: OrderListQuery): Promise<Page<OrderSummaryDto>> {
    return this.queries.list({ merchantId: merchantOf(caller), memberId: memberOf(caller) }, query);
  }

  /** One order with its frozen price, history, refunds and checkout: an own one, or any of the merchant's for its staff. */
  @Get(':orderId')
  @Requires('orders.own:read', 'orders.order:read')
  @Answers(OrderDto)
  show(@CurrentCaller() caller: Caller, @IdParam('orderId') orderId: string): Promise<OrderDto> {
    const memberId = caller.can('orders.order:read') ? null : memberOf(caller);
    return this.queries.one({ merchantId: merchantOf(caller), memberId }, orderId);
  }
}
