import { Module } from '@nestjs/common';
import { OrderHistory } from './order-history';
import { OrderQueries } from './order-queries';
import { OrderStates } from './order-states';
import { OrdersController } from './orders.controller';
import { OrdersRepository } from './orders.repository';
import { ReturnableOrders } from './returnable-orders';
import { SettleOrders } from './settle-orders';
import { WriteOrders } from './write-orders';

@Module({
  controllers: [OrdersController],
  providers: [OrdersRepository, OrderQueries, OrderHistory, OrderStates, WriteOrders, SettleOrders, ReturnableOrders],
  exports: [OrderHistory, OrderStates, WriteOrders, SettleOrders, ReturnableOrders],
})
export class OrdersModule {}
