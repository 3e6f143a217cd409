import { Module } from '@nestjs/common';
import { CartsModule } from '../carts/carts.module';
import { CouponsModule } from '../coupons/coupons.module';
import { OrdersModule } from '../orders/orders.module';
import { ProductsModule } from '../products/products.module';
import { RefundsModule } from '../refunds/refunds.module';
import { AdvanceCheckouts } from './advance-checkouts';
import { AskKeepers } from './ask-keepers';
import { AwaitOrder } from './await-order';
import { CancelOrder } from './cancel-order';
import { CheckoutConsumer } from './checkout.consumer';
import { CheckoutController } from './checkout.controller';
import { CheckoutTimes } from './checkout-times';
import { CheckoutsRepository } from './checkouts.repository';
import { EndCheckouts } from './end-checkouts';
import { PlaceOrder } from './place-order';
import { Placements } from './placements';
import { SettlementListener } from './settlement-listener';
import { SettlementWatch } from './settlement-watch';
import { StartCheckouts } from './start-checkouts';
import { SweepOverdue } from './sweep-overdue';

@Module({
  imports: [ProductsModule, CartsModule, CouponsModule, OrdersModule, RefundsModule],
  controllers: [CheckoutController, CheckoutConsumer],
  providers: [
    CheckoutsRepository,
    CheckoutTimes,
    Placements,
    StartCheckouts,
    PlaceOrder,
    AdvanceCheckouts,
    AskKeepers,
    EndCheckouts,
    SettlementWatch,
    SettlementListener,
    AwaitOrder,
    CancelOrder,
    SweepOverdue,
  ],
})
export class CheckoutModule {}
