import { Module } from '@nestjs/common';
import { MembersModule } from '../members/members.module';
import { ProgramsModule } from '../programs/programs.module';
import { ReceiptsModule } from '../receipts/receipts.module';
import { ClawBackPoints } from './claw-back-points';
import { EarnPoints } from './earn-points';
import { EarningWriter } from './earning-writer';
import { LotsRepository } from './lots.repository';
import { OrderCompletedConsumer } from './order-completed.consumer';
import { OrderRefundedConsumer } from './order-refunded.consumer';
import { RefundsRepository } from './refunds.repository';

@Module({
  imports: [MembersModule, ProgramsModule, ReceiptsModule],
  controllers: [OrderCompletedConsumer, OrderRefundedConsumer],
  providers: [ClawBackPoints, EarnPoints, EarningWriter, LotsRepository, RefundsRepository],
})
export class EarningModule {}
