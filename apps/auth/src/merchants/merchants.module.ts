import { Module } from '@nestjs/common';
import { MerchantsConsumer } from './merchants.consumer';

@Module({ controllers: [MerchantsConsumer] })
export class MerchantsModule {}
