import { AccessModule } from '@florin/access';
import { DatabaseModule } from '@florin/database';
import { HttpModule } from '@florin/http';
import { LedgerModule, ledgerPartitions } from '@florin/ledger';
import { MessagingModule } from '@florin/messaging';
import { ServiceHostModule } from '@florin/service-host';
import { Module } from '@nestjs/common';
import { AccountsModule, walletPartitions } from './accounts/accounts.module';
import { BeneficiariesModule } from './beneficiaries/beneficiaries.module';
import { BooksModule } from './books/books.module';
import { CashbackModule } from './cashback/cashback.module';
import { CloseModule } from './close/close.module';
import { CheckoutModule } from './checkout/checkout.module';
import { WalletConfig } from './config';
import { FraudModule, fraudPartitions } from './fraud/fraud.module';
import { ExchangeModule } from './exchange/exchange.module';
import { GiftCardsModule } from './gift-cards/gift-cards.module';
import { LimitsModule } from './limits/limits.module';
import { HistoryModule } from './history/history.module';
import { LiabilityModule } from './liability/liability.module';
import { migrations } from './migrations';
import { PaymentsModule } from './payments/payments.module';
import { PayoutSettingsModule } from './payout-settings/payout-settings.module';
import { PayoutsModule } from './payouts/payouts.module';
import { ProcessorsModule } from './processors/processors.module';
import { ReconciliationModule } from './reconciliation/reconciliation.module';
import { RefundsModule } from './refunds/refunds.module';
import { SettlementModule } from './settlement/settlement.module';
import { SettingsModule } from './settings/settings.module';
import { StoreCreditModule } from './store-credit/store-credit.module';
import { TopupsModule } from './topups/topups.module';
import { TransfersModule } from './transfers/transfers.module';
import { VouchersModule } from './vouchers/vouchers.module';
import { WebhooksModule } from './webhooks/webhooks.module';
import { WithdrawalsModule } from './withdrawals/withdrawals.module';

const service = 'wallet';

@Module({
  imports: [
    ServiceHostModule.forService({ service, config: WalletConfig }),
    DatabaseModule.forService({
      service,
      migrations,
      partitions: [...ledgerPartitions, walletPartitions, fraudPartitions],
    }),
    MessagingModule.forService({ service }),
    HttpModule.forService({ service }),
    AccessModule.forService(),
    LedgerModule,
    ProcessorsModule,
    AccountsModule,
    SettingsModule,
    StoreCreditModule,
    GiftCardsModule,
    ExchangeModule,
    LimitsModule,
    PaymentsModule,
    FraudModule,
    CheckoutModule,
    RefundsModule,
    TopupsModule,
    CashbackModule,
    TransfersModule,
    BooksModule,
    HistoryModule,
    LiabilityModule,
    CloseModule,
    SettlementModule,
    ReconciliationModule,
    VouchersModule,
    WebhooksModule,
    BeneficiariesModule,
    PayoutSettingsModule,
    WithdrawalsModule,
    PayoutsModule,
  ],
})
export class AppModule {}
