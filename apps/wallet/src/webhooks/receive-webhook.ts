import { CoalescingWriter, Transactions, type Tx } from '@florin/database';
import { isId, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { type Heard, LearnOutcomes } from '../payments/learn-outcomes';
import { factOf, isTelling } from '../processors/stripe-processor';

const processor = 'stripe';
/** Events that share a transaction, and that may wait for it: a processor that is told to come back does so. */
const limits = { maxBatch: 100, maxQueue: 2_000 };
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
  private readonly writer: CoalescingWriter<WebhookEvent, WebhookOutcome>;

  constructor(
    transactions: Transactions,
    private readonly learnOutcomes: LearnOutcomes,
  ) {
    this.writer = new CoalescingWriter(
      {
        name: 'payment_webhooks',
        ...limits,
        // One at a time: two sets about the same charges would only wait for each other.
        concurrency: 1,
        decide: async (tx, events) =>
          (await this.within(tx, events)).map((outcome) => ({ ok: true, value: { outcome } })),
      },
      transactions,
    );
  }

  async execute(body: Buffer): Promise<WebhookOutcome> {
    return this.writer.submit(parse(body));
  }

  /** Keeps a set of events and learns from those that are new; gives what became of each. */
  private async within(tx: Tx, events: readonly WebhookEvent[]): Promise<WebhookOutcome['outcome'][]> {
    const heard = events.map(heardIn);
    const inserted = await tx.query<{ event_id: string }>(
      `INSERT INTO payment_webhooks (processor, event_id, type, payment_id, outcome, payload)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::jsonb[]) ON CONFLICT DO NOTHING RETURNING event_id`,
      [
        processor,
        events.map(({ id }) => id),
        events.map(({ type }) => type),
        heard.map((each) => each?.paymentId ?? null),
        heard.map(outcomeOf),
        events.map((event) => JSON.stringify(event)),
      ],
    );
    const fresh = new Set(inserted.map((row) => row.event_id));
    // delete() gives true once: the same event twice in one set counts once.
    const isNew = events.map(({ id }) => fresh.delete(id));
    await this.learnOutcomes.fromWebhooks(
      tx,
      heard.flatMap((each, index) => (each && isNew[index] ? [each] : [])),
    );
    return heard.map((each, index) => (isNew[index] ? outcomeOf(each) : 'known'));
  }
}

export interface WebhookOutcome {
  outcome: 'learned' | 'ignored' | 'known';
}

const outcomeOf = (heard: Heard | undefined): 'learned' | 'ignored' => (heard ? 'learned' : 'ignored');

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
