import { Module } from '@nestjs/common';
import { ChargeCards } from './charge-cards';
import { LearnOutcomes } from './learn-outcomes';
import { PaymentOutcomes } from './payment-outcomes';
import { PaymentQueries } from './payment-queries';
import { PaymentsController } from './payments.controller';
import { PaymentsRepository } from './payments.repository';
import { RequestPayments } from './request-payments';

@Module({
  controllers: [PaymentsController],
  providers: [ChargeCards, LearnOutcomes, PaymentOutcomes, PaymentQueries, PaymentsRepository, RequestPayments],
  exports: [LearnOutcomes, PaymentOutcomes, RequestPayments],
})
export class PaymentsModule {}
