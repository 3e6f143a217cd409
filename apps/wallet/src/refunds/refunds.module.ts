import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module';
import { BookRefunds } from './book-refunds';
import { GiveBackToCards } from './give-back-to-cards';
import { IssueRefund } from './issue-refund';
import { RefundIssueConsumer } from './refund-issue.consumer';
import { RefundsRepository } from './refunds.repository';

@Module({
  imports: [PaymentsModule],
  controllers: [RefundIssueConsumer],
  providers: [BookRefunds, GiveBackToCards, IssueRefund, RefundsRepository],
})
export class RefundsModule {}
