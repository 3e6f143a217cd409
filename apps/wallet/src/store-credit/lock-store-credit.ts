import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { type StoreCredit, StoreCreditsRepository } from './store-credits.repository';

/** Hands store credit to a checkout that spends it. */
@Injectable()
export class LockStoreCredit {
  constructor(private readonly credits: StoreCreditsRepository) {}

  /** What these members can spend here and now. */
  spendable(
    tx: Tx,
    owners: readonly { memberId: string; merchantId: string; currency: string }[],
    now: Date,
  ): Promise<StoreCredit[]> {
    return this.credits.lockSpendable(tx, owners, now);
  }
}
