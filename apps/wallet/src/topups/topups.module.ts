import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { LimitsModule } from '../limits/limits.module';
import { PaymentsModule } from '../payments/payments.module';
import { CreateTopup } from './create-topup';
import { SettleTopups } from './settle-topups';
import { TopupQueries } from './topup-queries';
import { TopupsController } from './topups.controller';
import { TopupsRepository } from './topups.repository';

@Module({
  imports: [AccountsModule, LimitsModule, PaymentsModule],
  controllers: [TopupsController],
  providers: [CreateTopup, SettleTopups, TopupQueries, TopupsRepository],
})
export class TopupsModule {}
