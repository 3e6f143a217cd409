import { createHash } from 'node:crypto';
import { CoalescingWriter, Transactions, type Tx } from '@florin/database';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { webhooksByOutcome } from '../metrics';
import { LearnOutcomes } from '../payments/learn-outcomes';
import type { IncomingWebhook, WebhookNews } from '../processors/card-processor';
import { Processors } from '../processors/processors';
import { LearnRefunds } from '../refunds/learn-refunds';
import { WebhookLog, type WebhookEntry } from './webhook-log';

/** Events that share a transaction, and that may wait for it: a processor that is told to come back does so. */
const limits = { maxBatch: 100, maxQueue: 2_000 };

export interface WebhookOutcome {
  outcome: 'learned' | 'ignored' | 'known';
}

interface Arrived {
  processor: string;
  /** Nothing when it was not signed: only that it came is written down. */
  news?: WebhookNews;
  body: Buffer;
}

/**
 * Takes what processors tell of themselves. Each event once, however often and in whatever order it comes: the state
 * table has one winner, and a webhook that knows nothing new changes nothing. What no processor signed is refused with 401.
 */
@Injectable()
export class ReceiveWebhook {
  private readonly writer: CoalescingWriter<Arrived, WebhookOutcome>;

  constructor(
    transactions: Transactions,
    private readonly processors: Processors,
    private readonly log: WebhookLog,
    private readonly learnOutcomes: LearnOutcomes,
    private readonly learnRefunds: LearnRefunds,
  ) {
    this.writer = new CoalescingWriter(
      {
        name: 'payment_webhooks',
        ...limits,
        // One at a time: two sets about the same charges would only wait for each other.
        concurrency: 1,
        decide: async (tx, arrived) =>
          (await this.within(tx, arrived)).map((outcome) => ({ ok: true, value: { outcome } })),
      },
      transactions,
    );
  }

  async execute(processor: string, webhook: IncomingWebhook): Promise<WebhookOutcome> {
    const news = await this.hear(processor, webhook);
    const answer = await this.writer.submit({ processor, news, body: webhook.body });
    webhooksByOutcome.inc({ processor, outcome: answer.outcome });
    return answer;
  }

  private async hear(processor: string, webhook: IncomingWebhook): Promise<WebhookNews> {
    try {
      return await this.processors.named(processor).hear(webhook);
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'unauthenticated') {
        webhooksByOutcome.inc({ processor, outcome: 'refused' });
        await this.writer.submit({ processor, body: webhook.body });
      }
      throw error;
    }
  }

  /** Keeps a set of events and learns from those that are new; gives what became of each. */
  private async within(tx: Tx, arrived: readonly Arrived[]): Promise<WebhookOutcome['outcome'][]> {
    const fresh = await this.log.keep(tx, arrived.map(entryOf));
    // delete() gives true once: the same event twice in one set counts once.
    const isNew = arrived.map((each) => fresh.delete(keyOf(entryOf(each))));
    const news = arrived.flatMap(({ processor, news: told }, index) =>
      told && isNew[index] ? [{ ...told, processor }] : [],
    );
    await this.learnOutcomes.fromWebhooks(
      tx,
      news.flatMap(({ charge, type }) =>
        charge ? [{ ...charge, learnedFrom: 'webhook' as const, detail: type }] : [],
      ),
    );
    await this.learnRefunds.fromWebhooks(
      tx,
      news.flatMap(({ refund, type }) => (refund ? [{ ...refund, detail: type }] : [])),
    );
    return arrived.map((each, index) => (isNew[index] ? outcomeOf(each.news) : 'known'));
  }
}

const keyOf = ({ processor, eventId }: WebhookEntry): string => `${processor} ${eventId}`;
const outcomeOf = (news: WebhookNews | undefined): 'learned' | 'ignored' =>
  news?.charge || news?.refund ? 'learned' : 'ignored';

function entryOf({ processor, news, body }: Arrived): WebhookEntry {
  if (news) {
    const { eventId, type, charge, refund, kept } = news;
    return {
      processor,
      eventId,
      type,
      paymentId: charge?.paymentId ?? null,
      refundId: refund?.refundId ?? null,
      outcome: outcomeOf(news),
      payload: kept,
    };
  }
  // Nobody vouches for a word of it: its size and hash tell two of them apart.
  const sha256 = createHash('sha256').update(body).digest('hex');
  const refused = { type: 'refused', paymentId: null, refundId: null, outcome: 'refused' as const };
  return { processor, eventId: `refused:${sha256}`, ...refused, payload: { bytes: body.length, sha256 } };
}
