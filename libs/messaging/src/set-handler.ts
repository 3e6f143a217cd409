import { Logger } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { ConsumeMessage } from 'amqplib';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Envelope } from '@florin/contracts';
import type { Transactions, Tx } from '@florin/database';
import { backoffMs, sleep, withCause } from '@florin/kernel';
import { Delivery, type Subscription } from './consumes';
import { isOutage } from './outage';
import type { Outcome } from './outcome';
import { PoisonMessage } from './poison-message';
import { attemptOf, readMessage } from './reading';
import { messagingTracer, contextFrom, linkTo, traceparentOf } from './trace';

const outageBaseMs = 100;
const outageLimitMs = 5_000;

interface Readable {
  index: number;
  envelope: Envelope<object>;
  attempt: number;
}

/** How the handling of one set is followed from outside. */
export interface HandlingWatch {
  stopped: AbortSignal;
  /** Called whenever something has come to an end, well or not: whoever waits for the database or tries a set one by one is not stuck. */
  progress: () => void;
}

export interface SetHandlerParts {
  /** Its name in the inbox, the spans and the logs. */
  consumer: string;
  subscription: Subscription;
  handler: MessageHandler;
  transactions: Transactions;
  maxMessageBytes: number;
}

/** Turns a set of deliveries into one transaction: inbox rows, handler, commit. Knows nothing of channels and acknowledgements. */
export class SetHandler {
  private readonly logger = new Logger('Consumer');

  constructor(private readonly parts: SetHandlerParts) {}

  /** Gives one outcome per message, in order. Never throws: what fails together is tried one by one. */
  async handle(messages: readonly ConsumeMessage[], watch: HandlingWatch): Promise<Outcome[]> {
    const outcomes: Outcome[] = messages.map(() => ({ kind: 'given_back' }));
    const readable = this.readAll(messages, outcomes);
    if (readable.length === 0) return outcomes;
    const together = await this.attempt(readable, outcomes, watch);
    if (together === 'done' || readable.length === 1) return outcomes;
    for (const one of readable) {
      if (watch.stopped.aborted) outcomes[one.index] = { kind: 'given_back' };
      else await this.attempt([one], outcomes, watch);
    }
    return outcomes;
  }

  private readAll(messages: readonly ConsumeMessage[], outcomes: Outcome[]): Readable[] {
    const readable: Readable[] = [];
    const { subscription, maxMessageBytes } = this.parts;
    messages.forEach((message, index) => {
      try {
        readable.push({
          index,
          envelope: readMessage(message, subscription.contract, maxMessageBytes),
          attempt: attemptOf(message),
        });
      } catch (error) {
        const reason = error instanceof PoisonMessage ? error.reason : 'unreadable';
        outcomes[index] = { kind: 'poison', reason, error };
      }
    });
    return readable;
  }

  /** One transaction for these messages. An outage of the database is not their fault: it is waited out here, without counting as an attempt. */
  private async attempt(
    set: readonly Readable[],
    outcomes: Outcome[],
    { stopped, progress }: HandlingWatch,
  ): Promise<'done' | 'failed'> {
    const all = (outcome: Outcome) => set.forEach(({ index }) => (outcomes[index] = outcome));
    for (let outage = 0; ; outage += 1) {
      try {
        const fresh = await this.inTransaction(set);
        all({ kind: 'duplicate' });
        for (const { index } of fresh) outcomes[index] = { kind: 'handled' };
        progress();
        return 'done';
      } catch (error) {
        progress();
        if (!isOutage(error)) {
          all(failure(error));
          return 'failed';
        }
        if (stopped.aborted) {
          all({ kind: 'given_back' });
          return 'done';
        }
        if (outage % 10 === 0)
          this.logger.warn(`${this.parts.consumer}: the database cannot be reached, waiting: ${String(error)}`);
        await sleep(outageBaseMs + backoffMs(outage, outageBaseMs, outageLimitMs), stopped);
      }
    }
  }

  private inTransaction(set: readonly Readable[]): Promise<Readable[]> {
    const { consumer, subscription } = this.parts;
    return this.traced(set, () =>
      this.parts.transactions.run(async (tx) => {
        const fresh = await this.enterInbox(tx, set);
        if (fresh.length === 0) return fresh;
        if (subscription.mode === 'set') {
          const attempt = Math.max(...fresh.map((one) => one.attempt));
          await this.call(
            fresh.map((one) => one.envelope),
            new Delivery(tx, consumer, attempt),
          );
        } else {
          for (const one of fresh) await this.callOne(tx, one, set.length > 1);
        }
        return fresh;
      }),
    );
  }

  /** Writes the inbox rows and gives the messages that were not in it: of two racing consumers, the second waits here for the first and then finds nothing to do. */
  private async enterInbox(tx: Tx, set: readonly Readable[]): Promise<Readable[]> {
    // In id order, so that two consumers with overlapping sets wait for each other instead of deadlocking.
    const ids = [...new Set(set.map((one) => one.envelope.id.toLowerCase()))].sort();
    const rows = await tx.query<{ message_id: string }>(
      'INSERT INTO inbox (consumer, message_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING RETURNING message_id',
      [this.parts.consumer, ids],
    );
    const entered = new Set(rows.map((row) => row.message_id));
    // delete() gives true once: the same message twice in one set is handled once.
    return set.filter((one) => entered.delete(one.envelope.id.toLowerCase()));
  }

  private async callOne(tx: Tx, { envelope, attempt }: Readable, ownSpan: boolean): Promise<void> {
    const delivery = new Delivery(tx, this.parts.consumer, attempt);
    const run = (span: Span | undefined) => {
      const traceparent = (span && traceparentOf(span)) ?? envelope.traceparent;
      return withCause({ correlationId: envelope.correlationid, causationId: envelope.id, traceparent }, () =>
        this.call(envelope, delivery),
      );
    };
    if (!ownSpan) return run(trace.getActiveSpan());
    const span = this.span([envelope]);
    return spanned(span, () => run(span));
  }

  private async call(message: Envelope<object> | Envelope<object>[], delivery: Delivery): Promise<void> {
    const result: unknown = await this.parts.handler(message, delivery);
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  }

  private traced<T>(set: readonly Readable[], work: () => Promise<T>): Promise<T> {
    // Messages handled one by one in a shared transaction get a span each, in their own traces.
    if (set.length > 1 && this.parts.subscription.mode === 'each') return work();
    return spanned(this.span(set.map((one) => one.envelope)), work);
  }

  private span(envelopes: readonly Envelope<object>[]): Span {
    const [first] = envelopes;
    const alone = envelopes.length === 1;
    const attributes = {
      'messaging.system': 'rabbitmq',
      'messaging.operation.type': 'process',
      'messaging.destination.name': this.parts.consumer,
      'messaging.batch.message_count': envelopes.length,
      ...(alone && first
        ? { 'messaging.message.id': first.id, 'messaging.message.conversation_id': first.correlationid }
        : {}),
    };
    const links = alone ? [] : envelopes.flatMap((envelope) => linkTo(envelope.traceparent));
    return messagingTracer().startSpan(
      `handle ${this.parts.consumer}`,
      { kind: SpanKind.CONSUMER, attributes, links },
      contextFrom(alone ? first?.traceparent : undefined),
    );
  }
}

async function spanned<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function failure(error: unknown): Outcome {
  return error instanceof PoisonMessage ? { kind: 'poison', reason: error.reason, error } : { kind: 'failed', error };
}
