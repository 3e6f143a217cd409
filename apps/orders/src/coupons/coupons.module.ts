import { Module } from '@nestjs/common';
import { ProductsModule } from '../products/products.module';
import { ChangeCoupon } from './change-coupon';
import { CouponQueries } from './coupon-queries';
import { CouponUses } from './coupon-uses';
import { CouponsController } from './coupons.controller';
import { CouponsRepository } from './coupons.repository';
import { CreateCoupon } from './create-coupon';

@Module({
  imports: [ProductsModule],
  controllers: [CouponsController],
  providers: [CouponsRepository, CouponUses, CreateCoupon, ChangeCoupon, CouponQueries],
  exports: [CouponUses],
})
export class CouponsModule {}
