import { Transactions } from '@florin/database';
import { isId, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { type Heard, LearnOutcomes } from '../payments/learn-outcomes';
import { factOf, isTelling } from '../processors/stripe-processor';

const processor = 'stripe';
const chargeEvents = new Set([
  'payment_intent.amount_capturable_updated',
  'payment_intent.payment_failed',
  'payment_intent.succeeded',
  'payment_intent.canceled',
]);

interface WebhookEvent {
  id: string;
  type: string;
  data: { object: { id: string; status: string; metadata?: { ref?: string } } };
}

/**
 * Takes what the processor tells of itself. Each event once, however often and in whatever order it comes: the state
 * table has one winner, and a webhook that knows nothing new changes nothing.
 */
@Injectable()
export class ReceiveWebhook {
  constructor(
    private readonly transactions: Transactions,
    private readonly learnOutcomes: LearnOutcomes,
  ) {}

  execute(body: Buffer): Promise<{ outcome: string }> {
    const event = parse(body);
    const heard = heardIn(event);
    return this.transactions.run(async (tx) => {
      const inserted = await tx.execute(
        `INSERT INTO payment_webhooks (processor, event_id, type, payment_id, outcome, payload) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
        [
          processor,
          event.id,
          event.type,
          heard?.paymentId ?? null,
          heard ? 'learned' : 'ignored',
          JSON.stringify(event),
        ],
      );
      if (inserted === 0) return { outcome: 'known' };
      if (heard) await this.learnOutcomes.within(tx, [heard]);
      return { outcome: heard ? 'learned' : 'ignored' };
    });
  }
}

function heardIn({ type, data: { object } }: WebhookEvent): Heard | undefined {
  const reference = object.metadata?.ref;
  // Of a status that says nothing we learn nothing; asking the processor finds out what it meant.
  if (!chargeEvents.has(type) || !isId(reference) || !isTelling(object.status)) return undefined;
  return { paymentId: reference, fact: factOf(object), learnedFrom: 'webhook', detail: type };
}

function parse(body: Buffer): WebhookEvent {
  const event = read(body);
  const object = event?.data?.object;
  const isWhole =
    typeof event?.id === 'string' &&
    event.id.length <= 200 &&
    typeof event.type === 'string' &&
    event.type.length <= 200 &&
    typeof object?.id === 'string' &&
    typeof object.status === 'string';
  if (!isWhole) throw new Refusal('invalid', 'webhook_malformed', 'This is no event of the processor.');
  return event as WebhookEvent;
}

function read(body: Buffer): Partial<WebhookEvent> | null {
  try {
    return JSON.parse(body.toString('utf8')) as Partial<WebhookEvent> | null;
  } catch {
    throw new Refusal('invalid', 'malformed_json', 'The body is not JSON.');
  }
}
