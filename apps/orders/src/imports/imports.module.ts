import { Module } from '@nestjs/common';
import { OrdersModule } from '../orders/orders.module';
import { ProductsModule } from '../products/products.module';
import { ImportOrders } from './import-orders';
import { ImportSet } from './import-set';
import { ImportsController } from './imports.controller';
import { ImportsRepository } from './imports.repository';

@Module({
  imports: [ProductsModule, OrdersModule],
  controllers: [ImportsController],
  providers: [ImportsRepository, ImportSet, ImportOrders],
})
export class ImportsModule {}
