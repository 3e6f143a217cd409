import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { LimitsModule } from '../limits/limits.module';
import { BookTransfers } from './book-transfers';
import { MakeTransfer } from './make-transfer';
import { TransferQueries } from './transfer-queries';
import { TransfersController } from './transfers.controller';
import { TransfersRepository } from './transfers.repository';

@Module({
  imports: [AccountsModule, LimitsModule],
  controllers: [TransfersController],
  providers: [BookTransfers, MakeTransfer, TransferQueries, TransfersRepository],
})
export class TransfersModule {}
