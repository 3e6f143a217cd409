import { Module } from '@nestjs/common';
import { BeneficiariesModule } from '../beneficiaries/beneficiaries.module';
import { LimitsModule } from '../limits/limits.module';
import { PayoutSettingsModule } from '../payout-settings/payout-settings.module';
import { BeginWithdrawal } from './begin-withdrawal';
import { BookWithdrawals } from './book-withdrawals';
import { DecideWithdrawal } from './decide-withdrawal';
import { MoveWithdrawals } from './move-withdrawals';
import { QuoteWithdrawal } from './quote-withdrawal';
import { RequestWithdrawal } from './request-withdrawal';
import { WithdrawalQueries } from './withdrawal-queries';
import { WithdrawalsController } from './withdrawals.controller';
import { WithdrawalsRepository } from './withdrawals.repository';

@Module({
  imports: [BeneficiariesModule, LimitsModule, PayoutSettingsModule],
  controllers: [WithdrawalsController],
  providers: [
    BeginWithdrawal,
    BookWithdrawals,
    DecideWithdrawal,
    MoveWithdrawals,
    QuoteWithdrawal,
    RequestWithdrawal,
    WithdrawalQueries,
    WithdrawalsRepository,
  ],
  exports: [MoveWithdrawals, WithdrawalQueries],
})
export class WithdrawalsModule {}
