import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { PaymentsModule } from '../payments/payments.module';
import { BookCheckouts } from './book-checkouts';
import { CheckoutAnswers } from './checkout-answers';
import { CheckoutsRepository } from './checkouts.repository';
import { ConfirmPayment } from './confirm-payment';
import { ExpireCheckouts } from './expire-checkouts';
import { PaymentConsumer } from './payment.consumer';
import { ReleasePayment } from './release-payment';
import { ReservePayment } from './reserve-payment';
import { SettleCheckouts } from './settle-checkouts';

@Module({
  imports: [AccountsModule, PaymentsModule],
  controllers: [PaymentConsumer],
  providers: [
    BookCheckouts,
    CheckoutAnswers,
    CheckoutsRepository,
    ConfirmPayment,
    ExpireCheckouts,
    ReleasePayment,
    ReservePayment,
    SettleCheckouts,
  ],
})
export class CheckoutModule {}
