import { Inject, Injectable } from '@nestjs/common';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { dataschemaOf, sourceOf, validateData, type Envelope, type MessageContract } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { currentCause, newId, Refusal, type Cause } from '@florin/kernel';
import { OutboxWake } from './outbox-wake';
import { MESSAGING_SETTINGS, type MessagingSettings } from './settings';
import { contextFrom, messagingTracer, traceparentOf } from './trace';

export interface SayOptions {
  /** The merchant it belongs to; by default the data's `merchantId`. */
  merchantId?: string;
  /** Why it is said; by default the request or message being handled. */
  cause?: Cause;
  /** Not to be published before this instant. */
  delayUntil?: Date;
}

export interface Saying<T> extends SayOptions {
  /** Id of the thing it is about. */
  subject: string;
  data: T;
}

interface Row {
  id: string;
  subject: string;
  merchantId: string | null;
  envelope: string;
  notBefore: Date | null;
}

const insert = `
  WITH here AS MATERIALIZED (SELECT set_config('florin.relay_is_here', $1, true))
  INSERT INTO outbox (kind, type, version, id, subject, merchant_id, envelope, not_before)
  SELECT $2, $3, $4, said.id, said.subject, said.merchant_id, said.envelope, said.not_before
  FROM here, unnest($5::uuid[], $6::text[], $7::uuid[], $8::jsonb[], $9::timestamptz[])
    AS said (id, subject, merchant_id, envelope, not_before)`;

/** The only way to say something: rows written with the state they speak of, published once that has been committed. */
@Injectable()
export class Outbox {
  constructor(
    private readonly wake: OutboxWake,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {}

  /**
   * Says one thing when the transaction commits, and never if it rolls back. Gives the message id.
   * Throws InvalidMessage when the data is not what the contract says, and a `message_too_large` refusal.
   */
  async add<T extends object>(
    tx: Tx,
    contract: MessageContract<T>,
    subject: string,
    data: T,
    options: SayOptions = {},
  ): Promise<string> {
    const [id] = await this.addAll(tx, contract, [{ ...options, subject, data }]);
    return id as string;
  }

  /** Says a set of things with one statement, in the order given. Gives the message ids in the same order. */
  async addAll<T extends object>(
    tx: Tx,
    contract: MessageContract<T>,
    sayings: readonly Saying<T>[],
  ): Promise<string[]> {
    if (sayings.length === 0) return [];
    const rows = this.written(contract, sayings);
    await tx.execute(insert, [
      this.wake.relayIsHere ? 'yes' : 'no',
      contract.kind,
      contract.type,
      contract.version,
      rows.map((row) => row.id),
      rows.map((row) => row.subject),
      rows.map((row) => row.merchantId),
      rows.map((row) => row.envelope),
      rows.map((row) => row.notBefore),
    ]);
    tx.afterCommit(() => this.wake.wake());
    return rows.map((row) => row.id);
  }

  private written<T extends object>(contract: MessageContract<T>, sayings: readonly Saying<T>[]): Row[] {
    const ambient = currentCause();
    const spans = new Map<string | undefined, string | undefined>();
    const traceparentFor = (own: string | undefined): string | undefined => {
      if (!spans.has(own)) spans.set(own, producerSpan(contract.name, own, ambient?.traceparent));
      return spans.get(own);
    };
    return sayings.map((saying) =>
      this.row(contract, saying, saying.cause ?? ambient, traceparentFor(saying.cause?.traceparent)),
    );
  }

  private row<T extends object>(
    contract: MessageContract<T>,
    saying: Saying<T>,
    cause: Cause | undefined,
    traceparent: string | undefined,
  ): Row {
    const data = validateData(contract, saying.data);
    const merchantId = saying.merchantId ?? merchantOf(data);
    const id = newId();
    const envelope: Envelope<T> = {
      specversion: '1.0',
      id,
      source: sourceOf(this.settings.service),
      type: contract.type,
      subject: saying.subject,
      time: new Date().toISOString(),
      dataschema: dataschemaOf(contract),
      datacontenttype: 'application/json',
      correlationid: cause?.correlationId ?? newId(),
      causationid: cause?.causationId,
      traceparent,
      merchantid: merchantId,
      data,
    };
    const text = JSON.stringify(envelope);
    if (Buffer.byteLength(text) > this.settings.maxMessageBytes) {
      throw new Refusal(
        'too_large',
        'message_too_large',
        `A ${contract.name} message may have ${this.settings.maxMessageBytes} bytes at the most.`,
      );
    }
    return {
      id,
      subject: saying.subject,
      merchantId: merchantId ?? null,
      envelope: text,
      notBefore: saying.delayUntil ?? null,
    };
  }
}

/** One span per set and cause. What the caller names wins over the active span: a set of messages belongs to many traces. */
function producerSpan(name: string, own: string | undefined, ambient: string | undefined): string | undefined {
  const parent = own === undefined && trace.getActiveSpan() ? context.active() : contextFrom(own ?? ambient);
  const attributes = {
    'messaging.system': 'rabbitmq',
    'messaging.operation.type': 'create',
    'messaging.destination.name': name,
  };
  const span = messagingTracer().startSpan(`say ${name}`, { kind: SpanKind.PRODUCER, attributes }, parent);
  span.end();
  return traceparentOf(span) ?? own ?? ambient;
}

function merchantOf(data: object): string | undefined {
  const merchantId: unknown = 'merchantId' in data ? data.merchantId : undefined;
  return typeof merchantId === 'string' ? merchantId : undefined;
}
