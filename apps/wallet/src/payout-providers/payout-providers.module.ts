import { Module } from '@nestjs/common';
import { WalletConfig } from '../config';
import { ModernTreasury } from './modern-treasury';
import { PAYOUT_PROVIDER } from './payout-provider';

@Module({
  providers: [
    {
      provide: PAYOUT_PROVIDER,
      inject: [WalletConfig],
      useFactory: (config: WalletConfig) =>
        new ModernTreasury({
          url: config.PAYOUT_URL,
          organizationId: config.PAYOUT_ORGANIZATION_ID,
          apiKey: config.PAYOUT_API_KEY,
          webhookKey: config.PAYOUT_WEBHOOK_KEY,
          originatingAccountId: config.PAYOUT_ACCOUNT_ID,
          timeoutMs: config.PAYOUT_TIMEOUT_MS,
        }),
    },
  ],
  exports: [PAYOUT_PROVIDER],
})
export class PayoutProvidersModule {}
