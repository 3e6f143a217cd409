import { Module } from '@nestjs/common';
import { BeneficiariesModule } from '../beneficiaries/beneficiaries.module';
import { PayoutProvidersModule } from '../payout-providers/payout-providers.module';
import { PayoutSettingsModule } from '../payout-settings/payout-settings.module';
import { WithdrawalsModule } from '../withdrawals/withdrawals.module';
import { BatchQueries } from './batch-queries';
import { BatchesController } from './batches.controller';
import { GatherDuePayouts } from './gather-due-payouts';
import { GatherPayouts } from './gather-payouts';
import { LearnPayoutOutcome } from './learn-payout-outcome';
import { PayoutWebhooksController } from './payout-webhooks.controller';
import { PayoutsRepository } from './payouts.repository';
import { ReceivePayoutWebhook } from './receive-payout-webhook';
import { RecheckPayouts } from './recheck-payouts';
import { SubmitPayouts } from './submit-payouts';

@Module({
  imports: [BeneficiariesModule, PayoutProvidersModule, PayoutSettingsModule, WithdrawalsModule],
  controllers: [BatchesController, PayoutWebhooksController],
  providers: [
    BatchQueries,
    GatherDuePayouts,
    GatherPayouts,
    LearnPayoutOutcome,
    PayoutsRepository,
    ReceivePayoutWebhook,
    RecheckPayouts,
    SubmitPayouts,
  ],
  exports: [LearnPayoutOutcome],
})
export class PayoutsModule {}
