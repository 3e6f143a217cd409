import { Module } from '@nestjs/common';
import { FreezeWallets } from './freeze-wallets';
import { LimitQueries } from './limit-queries';
import { LimitSettingsRepository } from './limit-settings.repository';
import { Limits } from './limits';
import { LimitsController } from './limits.controller';
import { LimitsRepository } from './limits.repository';
import { SaveLimits } from './save-limits';

@Module({
  controllers: [LimitsController],
  providers: [FreezeWallets, LimitQueries, Limits, LimitSettingsRepository, LimitsRepository, SaveLimits],
  exports: [Limits],
})
export class LimitsModule {}
