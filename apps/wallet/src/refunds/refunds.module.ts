import { Module } from '@nestjs/common';
import { CheckoutModule } from '../checkout/checkout.module';
import { PaymentsModule } from '../payments/payments.module';
import { BookRefunds } from './book-refunds';
import { GiveBackToCards } from './give-back-to-cards';
import { GivingBack } from './giving-back';
import { IssueRefund } from './issue-refund';
import { LearnRefunds } from './learn-refunds';
import { RefundIssueConsumer } from './refund-issue.consumer';
import { RefundQueries } from './refund-queries';
import { RefundsController } from './refunds.controller';
import { RefundsRepository } from './refunds.repository';
import { RequestRefund } from './request-refund';
import { RetryRefund } from './retry-refund';

@Module({
  imports: [CheckoutModule, PaymentsModule],
  controllers: [RefundIssueConsumer, RefundsController],
  providers: [
    BookRefunds,
    GiveBackToCards,
    GivingBack,
    IssueRefund,
    LearnRefunds,
    RefundQueries,
    RefundsRepository,
    RequestRefund,
    RetryRefund,
  ],
  exports: [LearnRefunds],
})
export class RefundsModule {}
