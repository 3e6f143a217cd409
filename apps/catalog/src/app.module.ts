import { AccessModule } from '@florin/access';
import { DatabaseModule } from '@florin/database';
import { HttpModule } from '@florin/http';
import { MessagingModule } from '@florin/messaging';
import { BaseConfig, ServiceHostModule } from '@florin/service-host';
import { Module } from '@nestjs/common';
import { CategoriesModule } from './categories/categories.module';
import { MerchantsModule } from './merchants/merchants.module';
import { migrations } from './migrations';
import { ProductsModule } from './products/products.module';
import { StockModule } from './stock/stock.module';

const service = 'catalog';

@Module({
  imports: [
    ServiceHostModule.forService({ service, config: BaseConfig }),
    DatabaseModule.forService({ service, migrations }),
    MessagingModule.forService({ service }),
    HttpModule.forService({ service }),
    AccessModule.forService(),
    MerchantsModule,
    CategoriesModule,
    ProductsModule,
    StockModule,
  ],
})
export class AppModule {}
