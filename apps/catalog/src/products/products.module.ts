import { Module } from '@nestjs/common';
import { ProductQueries } from './product-queries';
import { ProductsController } from './products.controller';
import { ProductsRepository } from './products.repository';
import { SaveProduct } from './save-product';

@Module({
  controllers: [ProductsController],
  providers: [ProductQueries, ProductsRepository, SaveProduct],
  exports: [ProductsRepository],
})
export class ProductsModule {}
