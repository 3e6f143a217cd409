import { Module } from '@nestjs/common';
import { ScreeningModule } from '../fraud/screening.module';
import { BookPayments } from './book-payments';
import { CapturePayment } from './capture-payment';
import { CapturesRepository } from './captures.repository';
import { ChargeCards } from './charge-cards';
import { CreatePayment } from './create-payment';
import { ExpirePayments } from './expire-payments';
import { FindPayments } from './find-payments';
import { LearnOutcomes } from './learn-outcomes';
import { LogPayments } from './log-payments';
import { PaymentOutcomes } from './payment-outcomes';
import { PaymentQueries } from './payment-queries';
import { PaymentReport } from './payment-report';
import { PaymentReportsController } from './payment-reports.controller';
import { PaymentsController } from './payments.controller';
import { PaymentsRepository } from './payments.repository';
import { RequestPayments } from './request-payments';
import { SettlePayments } from './settle-payments';
import { SettlementsRepository } from './settlements.repository';
import { VoidPayment } from './void-payment';

@Module({
  imports: [ScreeningModule],
  controllers: [PaymentReportsController, PaymentsController],
  providers: [
    BookPayments,
    CapturePayment,
    CapturesRepository,
    ChargeCards,
    CreatePayment,
    ExpirePayments,
    FindPayments,
    LearnOutcomes,
    LogPayments,
    PaymentOutcomes,
    PaymentQueries,
    PaymentReport,
    PaymentsRepository,
    RequestPayments,
    SettlePayments,
    SettlementsRepository,
    VoidPayment,
  ],
  exports: [FindPayments, LearnOutcomes, LogPayments, PaymentOutcomes, RequestPayments, SettlePayments],
})
export class PaymentsModule {}
