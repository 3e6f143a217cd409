import type { Cause, FieldError } from '@florin/kernel';
import type { MessageContract } from './define';
import { InvalidMessage } from './validate';

/** A message as it travels: CloudEvents 1.0 in structured JSON, with our extension attributes in lower case as it asks. */
export interface Envelope<T = unknown> {
  specversion: '1.0';
  /** Unique per message; the inbox dedupes on it, a replay keeps it. */
  id: string;
  /** Who says it: `/florin/<service>`. */
  source: string;
  /** The contract's type, without the version. */
  type: string;
  /** Id of the thing it is about. */
  subject: string;
  /** RFC 3339 instant at which the sender's transaction wrote it. */
  time: string;
  /** `urn:florin:contract:<type>.v<version>` */
  dataschema: string;
  datacontenttype: 'application/json';
  /** Same for everything one request set off. */
  correlationid: string;
  /** Id of the message that led directly to this one. */
  causationid?: string;
  traceparent?: string;
  tracestate?: string;
  merchantid?: string;
  data: T;
}

const schemaPrefix = 'urn:florin:contract:';
const required = ['id', 'source', 'type', 'subject', 'time', 'dataschema', 'correlationid'] as const;
const optional = ['causationid', 'traceparent', 'tracestate', 'merchantid'] as const;

/** The CloudEvents source of a service: a URI reference, the same in every installation. */
export function sourceOf(service: string): string {
  return `/florin/${service}`;
}

/** The CloudEvents dataschema of a contract; `contractNameOf` reads it back. */
export function dataschemaOf(contract: Pick<MessageContract, 'name'>): string {
  return `${schemaPrefix}${contract.name}`;
}

/** The contract name (`orders.order.completed.v1`) that an envelope says its data follows. */
export function contractNameOf(envelope: Pick<Envelope, 'dataschema'>): string {
  return envelope.dataschema.slice(schemaPrefix.length);
}

/** What follows from this message was caused by it. */
export function causeOf(envelope: Pick<Envelope, 'id' | 'correlationid' | 'traceparent'>): Cause {
  return { correlationId: envelope.correlationid, causationId: envelope.id, traceparent: envelope.traceparent };
}

/** Checks the envelope around the data, not the data. Gives it back typed; throws InvalidMessage with the attributes at fault. */
export function parseEnvelope(json: unknown): Envelope {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InvalidMessage('envelope', [{ field: 'envelope', code: 'isObject', message: 'must be an object' }]);
  }
  const envelope = json as Record<string, unknown>;
  const errors: FieldError[] = [];
  const fault = (field: string, message: string) => errors.push({ field, code: 'invalid_attribute', message });
  if (envelope['specversion'] !== '1.0') fault('specversion', 'must be 1.0');
  for (const field of required) {
    const value = envelope[field];
    if (typeof value !== 'string' || value === '') fault(field, 'must be a non-empty text');
  }
  for (const field of optional) {
    const value = envelope[field];
    if (value !== undefined && typeof value !== 'string') fault(field, 'must be a text');
  }
  if (!String(envelope['dataschema']).startsWith(schemaPrefix)) fault('dataschema', `must start with ${schemaPrefix}`);
  if (envelope['data'] === undefined) fault('data', 'is missing');
  if (errors.length > 0) throw new InvalidMessage('envelope', errors);
  return json as Envelope;
}
