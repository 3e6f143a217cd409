import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { LimitsModule } from '../limits/limits.module';
import { SettingsModule } from '../settings/settings.module';
import { BookCashback } from './book-cashback';
import { CashbackConsumer } from './cashback.consumer';
import { CashbackController } from './cashback.controller';
import { CashbackQueries } from './cashback-queries';
import { CashbackRepository } from './cashback.repository';
import { DecideCashback } from './decide-cashback';
import { KeepCashback } from './keep-cashback';
import { LetGoCashback } from './let-go-cashback';
import { PayCashback } from './pay-cashback';
import { SettleCashback } from './settle-cashback';
import { TellCashback } from './tell-cashback';

@Module({
  imports: [AccountsModule, LimitsModule, SettingsModule],
  controllers: [CashbackController, CashbackConsumer],
  providers: [
    BookCashback,
    CashbackQueries,
    CashbackRepository,
    DecideCashback,
    KeepCashback,
    LetGoCashback,
    PayCashback,
    SettleCashback,
    TellCashback,
  ],
})
export class CashbackModule {}
