import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { CashbackConsumer } from './cashback.consumer';
import { CashbackController } from './cashback.controller';
import { CashbackRepository } from './cashback.repository';
import { KeepCashback } from './keep-cashback';
import { PayCashback } from './pay-cashback';

@Module({
  imports: [AccountsModule],
  controllers: [CashbackController, CashbackConsumer],
  providers: [CashbackRepository, KeepCashback, PayCashback],
})
export class CashbackModule {}
