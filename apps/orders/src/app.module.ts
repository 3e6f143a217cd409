import { Module } from '@nestjs/common';
import { AccessModule } from '@florin/access';
import { DatabaseModule } from '@florin/database';
import { HttpModule } from '@florin/http';
import { MessagingModule } from '@florin/messaging';
import { ServiceHostModule } from '@florin/service-host';
import { CartsModule } from './carts/carts.module';
import { CheckoutModule } from './checkout/checkout.module';
import { OrdersConfig } from './config';
import { CouponsModule } from './coupons/coupons.module';
import { ImportsModule } from './imports/imports.module';
import { migrations } from './migrations';
import { OrdersModule } from './orders/orders.module';
import { ProductsModule } from './products/products.module';
import { RefundsModule } from './refunds/refunds.module';

const service = 'orders';
const monthly = ['orders', 'order_items', 'order_status_history'];

@Module({
  imports: [
    ServiceHostModule.forService({ service, config: OrdersConfig }),
    DatabaseModule.forService({ service, migrations, partitions: monthly.map((table) => ({ table, monthsAhead: 3 })) }),
    MessagingModule.forService({ service }),
    HttpModule.forService({ service }),
    AccessModule.forService(),
    ProductsModule,
    CartsModule,
    CouponsModule,
    CheckoutModule,
    OrdersModule,
    RefundsModule,
    ImportsModule,
  ],
})
export class AppModule {}
