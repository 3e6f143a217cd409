import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { BookTransfers } from './book-transfers';
import { MakeTransfer } from './make-transfer';
import { TransferQueries } from './transfer-queries';
import { TransfersController } from './transfers.controller';
import { TransfersRepository } from './transfers.repository';

@Module({
  imports: [AccountsModule],
  controllers: [TransfersController],
  providers: [BookTransfers, MakeTransfer, TransferQueries, TransfersRepository],
})
export class TransfersModule {}
