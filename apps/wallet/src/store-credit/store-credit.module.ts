import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { StoredValueModule } from '../stored-value/stored-value.module';
import { EndStoreCredit } from './end-store-credit';
import { ExpireStoreCredit } from './expire-store-credit';
import { GrantStoreCredit } from './grant-store-credit';
import { LockStoreCredit } from './lock-store-credit';
import { OpenStoreCredit } from './open-store-credit';
import { ReviveStoreCredit } from './revive-store-credit';
import { StoreCreditController } from './store-credit.controller';
import { StoreCreditQueries } from './store-credit-queries';
import { StoreCreditsRepository } from './store-credits.repository';
import { WithdrawStoreCredit } from './withdraw-store-credit';

@Module({
  imports: [AccountsModule, StoredValueModule],
  controllers: [StoreCreditController],
  providers: [
    EndStoreCredit,
    ExpireStoreCredit,
    GrantStoreCredit,
    LockStoreCredit,
    OpenStoreCredit,
    ReviveStoreCredit,
    StoreCreditQueries,
    StoreCreditsRepository,
    WithdrawStoreCredit,
  ],
  exports: [LockStoreCredit, OpenStoreCredit, ReviveStoreCredit],
})
export class StoreCreditModule {}
