import { Module } from '@nestjs/common';
import { FindVariant } from './find-variant';
import { ProductQueries } from './product-queries';
import { ProductsController } from './products.controller';
import { ProductsRepository } from './products.repository';
import { SaveProduct } from './save-product';

@Module({
  controllers: [ProductsController],
  providers: [FindVariant, ProductQueries, ProductsRepository, SaveProduct],
  exports: [FindVariant],
})
export class ProductsModule {}
