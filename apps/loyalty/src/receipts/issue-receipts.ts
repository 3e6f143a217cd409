import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import type { Receipt } from './receipt';
import { ReceiptsRepository } from './receipts.repository';

/** Issues receipts, each order at most one per program: a unique index holds that. */
@Injectable()
export class IssueReceipts {
  constructor(private readonly receipts: ReceiptsRepository) {}

  within(tx: Tx, receipts: readonly Receipt[]): Promise<void> {
    return this.receipts.insert(tx, receipts);
  }

  /** Orders that have their receipt already: `order:program`. */
  known(tx: Tx, orderIds: readonly string[]): Promise<Set<string>> {
    return this.receipts.known(tx, orderIds);
  }
}
