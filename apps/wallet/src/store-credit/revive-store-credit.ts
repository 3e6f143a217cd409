import { storeCreditChanged } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { StoredValueSteps } from '../stored-value/stored-value-steps';
import { StoreCreditsRepository } from './store-credits.repository';

/** Makes store credit good again that a refund gives money back to. */
@Injectable()
export class ReviveStoreCredit {
  constructor(
    private readonly credits: StoreCreditsRepository,
    private readonly steps: StoredValueSteps,
    private readonly outbox: Outbox,
  ) {}

  /** Locks the grants; each is good at least until its merchant's grace is over. */
  async within(tx: Tx, ids: readonly string[], goodUntil: (merchantId: string) => Date): Promise<void> {
    if (ids.length === 0) return;
    const credits = await this.credits.lock(tx, ids);
    for (const { id, merchantId } of credits) await this.credits.keepGood(tx, [id], goodUntil(merchantId));
    const revived = credits.filter(({ state }) => state !== 'active');
    await this.steps.add(
      tx,
      'revived',
      'refund',
      null,
      revived.map(({ id }) => ({ id, amountMinor: 0 })),
    );
    await this.outbox.addAll(
      tx,
      storeCreditChanged,
      revived.map(({ id, merchantId, memberId, source, currency }) => ({
        subject: id,
        data: { storeCreditId: id, merchantId, memberId, change: 'revived' as const, source, amountMinor: 0, currency },
      })),
    );
  }
}
