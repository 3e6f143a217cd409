import { Module } from '@nestjs/common';
import { OrdersModule } from '../orders/orders.module';
import { RefundQueries } from './refund-queries';
import { RefundsConsumer } from './refunds.consumer';
import { RefundsController } from './refunds.controller';
import { RefundsRepository } from './refunds.repository';
import { RequestRefund } from './request-refund';
import { SettleRefunds } from './settle-refunds';
import { UndoSales } from './undo-sales';

@Module({
  imports: [OrdersModule],
  controllers: [RefundsController, RefundsConsumer],
  providers: [RefundsRepository, RefundQueries, RequestRefund, SettleRefunds, UndoSales],
  exports: [UndoSales],
})
export class RefundsModule {}
