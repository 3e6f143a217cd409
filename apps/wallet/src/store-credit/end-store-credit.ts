import { storeCreditChanged } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { AccountInput } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { expiredValueAccount, storeCreditAccount, storeCreditCostAccount } from '../accounts/money-accounts';
import { DrainValues } from '../stored-value/drain-values';
import { StoredValueSteps } from '../stored-value/stored-value-steps';
import { type StoreCredit, StoreCreditsRepository } from './store-credits.repository';

export interface End {
  state: 'withdrawn' | 'expired';
  by: string;
  reason: string | null;
}

/** Ends locked store credit: withdrawn it costs the merchant nothing any more, expired it is the merchant's. */
@Injectable()
export class EndStoreCredit {
  constructor(
    private readonly credits: StoreCreditsRepository,
    private readonly drainValues: DrainValues,
    private readonly steps: StoredValueSteps,
    private readonly outbox: Outbox,
  ) {}

  /** Gives the ids of those that ended; the others are held by a checkout and stay. */
  async within(tx: Tx, credits: readonly StoreCredit[], { state, by, reason }: End): Promise<Set<string>> {
    const drained = await this.drainValues.within(
      tx,
      credits.map((credit) => ({
        // Credit that a refund revived ends once more: the time it was good until tells them apart.
        key: `store_credit_${state}:${credit.id}:${credit.expiresAt?.getTime() ?? 0}`,
        kind: `store_credit_${state}`,
        from: storeCreditAccount(credit),
        to: goesTo(credit, state),
      })),
    );
    const ended = credits.flatMap((credit, index) => {
      const { drainedMinor = 0, heldMinor = 0, journalKey } = drained[index] ?? {};
      return heldMinor > 0 ? [] : [{ ...credit, amountMinor: drainedMinor, journalKey }];
    });
    const ids = ended.map(({ id }) => id);
    await this.credits.setState(tx, ids, state);
    await this.steps.add(tx, state, by, reason, ended);
    await this.outbox.addAll(
      tx,
      storeCreditChanged,
      ended.map(({ id, merchantId, memberId, source, amountMinor, currency }) => ({
        subject: id,
        data: { storeCreditId: id, merchantId, memberId, change: state, source, amountMinor, currency },
      })),
    );
    return new Set(ids);
  }
}

function goesTo({ merchantId, currency }: StoreCredit, state: End['state']): AccountInput {
  return state === 'expired'
    ? { code: expiredValueAccount(merchantId, currency), asset: currency }
    : { code: storeCreditCostAccount(merchantId, currency), asset: currency, allowNegative: true };
}
