import { CoalescingWriter, Transactions, type Tx } from '@florin/database';
import { Refusal } from '@florin/kernel';
import { Inject, Injectable } from '@nestjs/common';
import {
  PAYOUT_PROVIDER,
  type PayoutNews,
  type PayoutProvider,
  type WebhookHeaders,
} from '../payout-providers/payout-provider';
import { LearnPayoutOutcome } from './learn-payout-outcome';
import { PayoutsRepository } from './payouts.repository';
import { SubmitPayouts } from './submit-payouts';

type Outcome = 'learned' | 'ignored' | 'known';

/** Events that share a transaction, and that may wait for it: a provider that is told to come back does so. */
const limits = { maxBatch: 100, maxQueue: 2_000 };

/** Takes what the payout provider tells of itself. Each event once, however often and in whatever order it comes. */
@Injectable()
export class ReceivePayoutWebhook {
  private readonly writer: CoalescingWriter<PayoutNews, Outcome>;

  constructor(
    transactions: Transactions,
    @Inject(PAYOUT_PROVIDER) private readonly provider: PayoutProvider,
    private readonly payouts: PayoutsRepository,
    private readonly learnPayoutOutcome: LearnPayoutOutcome,
    private readonly submitPayouts: SubmitPayouts,
  ) {
    this.writer = new CoalescingWriter(
      {
        name: 'payout_webhooks',
        ...limits,
        // One at a time: two sets about the same payouts would only wait for each other.
        concurrency: 1,
        decide: async (tx, news) => (await this.within(tx, news)).map((value) => ({ ok: true, value })),
      },
      transactions,
    );
  }

  /** Refuses a provider that is not ours (404) and what it did not sign (401). */
  async execute(provider: string, body: Buffer, headers: WebhookHeaders): Promise<{ outcome: Outcome }> {
    if (provider !== this.provider.name)
      throw new Refusal('not_found', 'provider_not_found', 'There is no such payout provider.');
    return { outcome: await this.writer.submit(this.provider.read(body, headers)) };
  }

  private async within(tx: Tx, news: readonly PayoutNews[]): Promise<Outcome[]> {
    const kept = news.map((each) => ({ ...each, outcome: outcomeOf(each) }));
    const fresh = await this.payouts.keepNews(tx, this.provider.name, kept);
    // delete() gives true once: the same event twice in one set counts once.
    const isNew = kept.map(({ eventId }) => fresh.delete(eventId));
    await this.learnPayoutOutcome.within(
      tx,
      kept.flatMap(({ payoutId, fact, eventId, type }, index) =>
        payoutId !== undefined && fact && isNew[index]
          ? [
              {
                withdrawalId: payoutId,
                fact,
                learnedFrom: 'webhook' as const,
                evidence: `webhook:${eventId}`,
                detail: type,
              },
            ]
          : [],
      ),
    );
    // A doubt is asked about at once.
    tx.afterCommit(() => this.submitPayouts.work.wake());
    return kept.map(({ outcome }, index) => (isNew[index] ? outcome : 'known'));
  }
}

const outcomeOf = ({ payoutId, fact }: PayoutNews): Outcome =>
  payoutId !== undefined && fact !== undefined ? 'learned' : 'ignored';
