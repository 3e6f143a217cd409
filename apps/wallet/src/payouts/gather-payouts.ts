import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { type Clock, newId, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { KeepPayoutSettings } from '../payout-settings/keep-payout-settings';
import { gathersUpTo } from '../payout-settings/payout-rules';
import type { BatchDetailDto } from './batch.dto';
import { BatchQueries } from './batch-queries';
import { PayoutsRepository } from './payouts.repository';

/** A batch above this is too long to look through, and its transaction too long to hold. */
export const mostInBatch = 200;

/** Gathers approved withdrawals of a merchant and currency into a batch; from then on the provider is asked to pay them. */
@Injectable()
export class GatherPayouts {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settings: KeepPayoutSettings,
    private readonly payouts: PayoutsRepository,
    private readonly queries: BatchQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** By hand: all that is approved now, up to a batch full. Refuses when nothing waits (422). */
  byHand(caller: Caller, request: IdempotentRequest, currency: string): Promise<Answered<BatchDetailDto>> {
    const { merchantId, subject } = caller;
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const id = await this.gather(tx, merchantId, currency, this.clock.now(), subject);
        if (id === undefined)
          throw new Refusal('unprocessable', 'nothing_to_gather', 'No approved withdrawal waits for a batch.');
        return created(await this.queries.saved(tx, merchantId, id));
      }),
    );
  }

  /** By the clock: a batch for everybody whose batch time has come. Gives how many batches were made. */
  async due(): Promise<number> {
    const whose = await this.transactions.run((tx) => this.payouts.waiting(tx));
    let made = 0;
    for (const { merchantId, currency } of whose) {
      const id = await this.transactions.run(async (tx) => {
        const { rules } = await this.settings.inForce(tx, merchantId, currency);
        return this.gather(tx, merchantId, currency, gathersUpTo(rules, this.clock.now()), 'gather-payouts');
      });
      if (id !== undefined) made += 1;
    }
    return made;
  }

  private async gather(
    tx: Tx,
    merchantId: string,
    currency: string,
    upTo: Date,
    gatheredBy: string,
  ): Promise<string | undefined> {
    const waiting = await this.payouts.lockWaiting(tx, merchantId, currency, upTo, mostInBatch);
    if (waiting.length === 0) return undefined;
    const id = newId();
    await this.payouts.insertBatch(tx, {
      id,
      merchantId,
      currency,
      withdrawals: waiting.length,
      totalMinor: waiting.reduce((sum, { payoutMinor }) => sum + payoutMinor, 0),
      gatheredBy,
    });
    await this.payouts.putInBatch(
      tx,
      id,
      waiting.map((each) => each.id),
    );
    return id;
  }
}
