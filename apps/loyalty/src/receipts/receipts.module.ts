import { Module } from '@nestjs/common';
import { IssueReceipts } from './issue-receipts';
import { ReceiptQueries } from './receipt-queries';
import { ReceiptsController } from './receipts.controller';
import { ReceiptsRepository } from './receipts.repository';

@Module({
  controllers: [ReceiptsController],
  providers: [IssueReceipts, ReceiptQueries, ReceiptsRepository],
  exports: [IssueReceipts],
})
export class ReceiptsModule {}
