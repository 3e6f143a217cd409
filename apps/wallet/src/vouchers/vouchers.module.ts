import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { CodesModule } from '../codes/codes.module';
import { LimitsModule } from '../limits/limits.module';
import { RedeemCode } from './redeem-code';
import { RedeemVouchers } from './redeem-vouchers';
import { SaveCampaigns } from './save-campaigns';
import { VoucherConsumer } from './voucher.consumer';
import { VoucherQueries } from './voucher-queries';
import { VouchersController } from './vouchers.controller';
import { VouchersRepository } from './vouchers.repository';

@Module({
  imports: [AccountsModule, CodesModule, LimitsModule],
  controllers: [VouchersController, VoucherConsumer],
  providers: [RedeemCode, RedeemVouchers, SaveCampaigns, VoucherQueries, VouchersRepository],
})
export class VouchersModule {}
