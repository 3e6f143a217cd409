import { storeCreditChanged } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { storeCreditAccount } from '../accounts/money-accounts';
import { StoredValueSteps } from '../stored-value/stored-value-steps';
import { type StoreCredit, StoreCreditsRepository } from './store-credits.repository';

export type NewStoreCredit = Omit<StoreCredit, 'state' | 'createdAt'>;

/** Makes store credit and the accounts it lives in. Whoever asks books the money: from a cost, a sale or a gift card. */
@Injectable()
export class OpenStoreCredit {
  constructor(
    private readonly credits: StoreCreditsRepository,
    private readonly steps: StoredValueSteps,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async within(tx: Tx, asked: readonly NewStoreCredit[]): Promise<void> {
    if (asked.length === 0) return;
    const createdAt = this.clock.now();
    await this.credits.insert(
      tx,
      asked.map((credit) => ({ ...credit, state: 'active', createdAt })),
    );
    await this.ledger.open(
      tx,
      asked.map((credit) => ({ code: storeCreditAccount(credit), asset: credit.currency })),
    );
    for (const credit of asked)
      await this.steps.add(tx, 'issued', credit.grantedBy, credit.reason, [
        { ...credit, journalKey: credit.source === 'grant' ? `store-credit:${credit.id}` : null },
      ]);
    await this.outbox.addAll(
      tx,
      storeCreditChanged,
      asked.map(({ id, merchantId, memberId, source, amountMinor, currency }) => ({
        subject: id,
        data: { storeCreditId: id, merchantId, memberId, change: 'granted' as const, source, amountMinor, currency },
      })),
    );
  }
}
