import { Module } from '@nestjs/common';
import { FollowCatalog } from './follow-catalog';
import { PriceList } from './price-list';
import { ProductsConsumer } from './products.consumer';
import { VariantsRepository } from './variants.repository';

@Module({
  controllers: [ProductsConsumer],
  providers: [VariantsRepository, FollowCatalog, PriceList],
  exports: [PriceList],
})
export class ProductsModule {}
