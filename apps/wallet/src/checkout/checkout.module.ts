import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { PaymentsModule } from '../payments/payments.module';
import { BookCheckouts } from './book-checkouts';
import { ExchangeModule } from '../exchange/exchange.module';
import { GiftCardsModule } from '../gift-cards/gift-cards.module';
import { LimitsModule } from '../limits/limits.module';
import { SettingsModule } from '../settings/settings.module';
import { StoreCreditModule } from '../store-credit/store-credit.module';
import { CheckoutAnswers } from './checkout-answers';
import { CheckoutPartsRepository } from './checkout-parts.repository';
import { CheckoutsRepository } from './checkouts.repository';
import { ConfirmPayment } from './confirm-payment';
import { ExpireCheckouts } from './expire-checkouts';
import { FindPurses } from './find-purses';
import { GiveBackParts } from './give-back-parts';
import { GiveBackValues } from './give-back-values';
import { HoldWalletParts } from './hold-wallet-parts';
import { PaymentConsumer } from './payment.consumer';
import { ReleasePayment } from './release-payment';
import { ReservePayment } from './reserve-payment';
import { SettleCheckouts } from './settle-checkouts';

@Module({
  imports: [
    AccountsModule,
    ExchangeModule,
    GiftCardsModule,
    LimitsModule,
    PaymentsModule,
    SettingsModule,
    StoreCreditModule,
  ],
  controllers: [PaymentConsumer],
  providers: [
    BookCheckouts,
    CheckoutAnswers,
    CheckoutPartsRepository,
    CheckoutsRepository,
    ConfirmPayment,
    ExpireCheckouts,
    FindPurses,
    GiveBackParts,
    GiveBackValues,
    HoldWalletParts,
    ReleasePayment,
    ReservePayment,
    SettleCheckouts,
  ],
  exports: [GiveBackParts],
})
export class CheckoutModule {}
