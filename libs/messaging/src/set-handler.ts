import type { MessageHandler } from '@nestjs/microservices';
import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { ConsumeMessage } from 'amqplib';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Envelope } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { withCause } from '@florin/kernel';
import { Delivery, type Subscription } from './consumes';
import type { Outcome } from './outcome';
import { PoisonMessage } from './poison-message';
import { attemptOf, readMessage } from './reading';
import { messagingTracer, contextFrom, linkTo, traceparentOf } from './trace';

export interface Readable {
  index: number;
  envelope: Envelope<object>;
  attempt: number;
}

export interface SetHandlerParts {
  /** Its name in the inbox, the spans and the logs. */
  consumer: string;
  subscription: Subscription;
  handler: MessageHandler;
  maxMessageBytes: number;
}

/** What one handler has to do in one transaction. */
export interface Part {
  handler: SetHandler;
  set: readonly Readable[];
  /** One per message that was delivered; filled in as it becomes known. */
  outcomes: Outcome[];
}

/** What one handler makes of a set of messages, inside a transaction. Knows nothing of channels and acknowledgements. */
export class SetHandler {
  readonly consumer: string;

  constructor(private readonly parts: SetHandlerParts) {
    this.consumer = parts.consumer;
  }

  /** Reads what was delivered. What cannot be read is poison; the rest counts as given back until it has been handled. */
  read(messages: readonly ConsumeMessage[]): Part {
    const outcomes: Outcome[] = messages.map(() => ({ kind: 'given_back' }));
    const set: Readable[] = [];
    const { subscription, maxMessageBytes } = this.parts;
    messages.forEach((message, index) => {
      try {
        set.push({
          index,
          envelope: readMessage(message, subscription.contract, maxMessageBytes),
          attempt: attemptOf(message),
        });
      } catch (error) {
        const reason = error instanceof PoisonMessage ? error.reason : 'unreadable';
        outcomes[index] = { kind: 'poison', reason, error };
      }
    });
    return { handler: this, set, outcomes };
  }

  /** Calls the handler with messages that are new. */
  async within(tx: Tx, fresh: readonly Readable[]): Promise<void> {
    if (fresh.length === 0) return;
    await this.traced(fresh, async () => {
      if (this.parts.subscription.mode === 'set') {
        const attempt = Math.max(...fresh.map((one) => one.attempt));
        await this.call(
          fresh.map((one) => one.envelope),
          new Delivery(tx, this.consumer, attempt),
        );
      } else {
        for (const one of fresh) await this.callOne(tx, one, fresh.length > 1);
      }
    });
  }

  private async callOne(tx: Tx, { envelope, attempt }: Readable, ownSpan: boolean): Promise<void> {
    const delivery = new Delivery(tx, this.consumer, attempt);
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
      'messaging.destination.name': this.consumer,
      'messaging.batch.message_count': envelopes.length,
      ...(alone && first
        ? { 'messaging.message.id': first.id, 'messaging.message.conversation_id': first.correlationid }
        : {}),
    };
    const links = alone ? [] : envelopes.flatMap((envelope) => linkTo(envelope.traceparent));
    return messagingTracer().startSpan(
      `handle ${this.consumer}`,
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
