import { Module } from '@nestjs/common';
import { CouponsModule } from '../coupons/coupons.module';
import { ProductsModule } from '../products/products.module';
import { CartHandover } from './cart-handover';
import { CartsController } from './carts.controller';
import { CartsRepository } from './carts.repository';
import { ChangeCart } from './change-cart';
import { GuestCartsController } from './guest-carts.controller';
import { ShowCart } from './show-cart';

@Module({
  imports: [ProductsModule, CouponsModule],
  controllers: [GuestCartsController, CartsController],
  providers: [CartsRepository, ChangeCart, ShowCart, CartHandover],
  exports: [CartHandover],
})
export class CartsModule {}
