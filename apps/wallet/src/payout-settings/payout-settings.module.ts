import { Module } from '@nestjs/common';
import { KeepPayoutSettings } from './keep-payout-settings';
import { PayoutSettingsController } from './payout-settings.controller';

@Module({
  controllers: [PayoutSettingsController],
  providers: [KeepPayoutSettings],
  exports: [KeepPayoutSettings],
})
export class PayoutSettingsModule {}
