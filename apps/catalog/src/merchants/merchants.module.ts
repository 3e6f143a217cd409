import { Module } from '@nestjs/common';
import { MerchantQueries } from './merchant-queries';
import { MerchantsController } from './merchants.controller';
import { SaveMerchant } from './save-merchant';

@Module({ controllers: [MerchantsController], providers: [MerchantQueries, SaveMerchant] })
export class MerchantsModule {}
