import { isId, mentionsCard, Refusal } from '@florin/kernel';
import { attemptOf, type ChargeFact, ProcessorSilent, type RefundFact, type WebhookNews } from './card-processor';

/** The part of a payment intent that we read (https://docs.stripe.com/api/payment_intents/object). */
export interface Intent {
  id: string;
  status: string;
  /** All that was taken so far, in minor units. */
  amount_received?: number;
  cancellation_reason?: string | null;
  last_payment_error?: { code?: string } | null;
}

/** The part of a refund that we read (https://docs.stripe.com/api/refunds/object). */
export interface Refund {
  id: string;
  status: string;
  failure_reason?: string | null;
}

/** What a payment intent's status says. */
export function factOf(intent: Intent): ChargeFact {
  const { id: reference, amount_received: capturedMinor } = intent;
  switch (intent.status) {
    case 'requires_capture':
      return capturedMinor
        ? { fact: 'captured', reference, capturedMinor, isOpen: true }
        : { fact: 'authorised', reference };
    case 'succeeded':
      return { fact: 'captured', reference, capturedMinor };
    case 'processing':
      return { fact: 'pending', reference };
    case 'canceled':
      // Uncaptured intents are cancelled by themselves after some days (https://docs.stripe.com/api/payment_intents/capture).
      return { fact: intent.cancellation_reason === 'automatic' ? 'expired' : 'voided', reference };
    case 'requires_payment_method':
      return { fact: 'declined', reference, code: intent.last_payment_error?.code ?? 'card_declined' };
    default:
      throw new ProcessorSilent(`a payment intent is ${intent.status}`);
  }
}

export function refundFactOf(refund: Refund): RefundFact {
  switch (refund.status) {
    case 'succeeded':
      return { fact: 'refunded', reference: refund.id };
    case 'failed':
    case 'canceled':
      return { fact: 'refund_failed', code: refund.failure_reason ?? 'refund_failed' };
    case 'pending':
    case 'requires_action':
      return { fact: 'pending', reference: refund.id };
    default:
      throw new ProcessorSilent(`a refund is ${refund.status}`);
  }
}

const chargeEvents: ReadonlySet<string> = new Set([
  'payment_intent.amount_capturable_updated',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.succeeded',
  'payment_intent.canceled',
]);
const refundEvents: ReadonlySet<string> = new Set(['refund.created', 'refund.updated', 'refund.failed']);
/** Of a status that says nothing we learn nothing; asking the processor finds out what it meant. */
const tellingOfCharges: ReadonlySet<unknown> = new Set([
  'requires_capture',
  'succeeded',
  'processing',
  'canceled',
  'requires_payment_method',
]);
const tellingOfRefunds: ReadonlySet<unknown> = new Set(['succeeded', 'failed', 'canceled', 'pending']);

type Fields = Record<string, unknown>;

/** Reads an event. Refuses with 400 what is none. */
export function newsOf(body: Buffer): WebhookNews {
  const event = parse(body);
  const object = fieldsOf(fieldsOf(event['data'])['object']);
  const { id: eventId, type } = event;
  if (!isName(eventId) || !isName(type) || !isName(object['id']) || typeof object['status'] !== 'string')
    throw new Refusal('invalid', 'webhook_malformed', 'This is no event of the processor.');
  const reference = fieldsOf(object['metadata'])['ref'];
  const news: WebhookNews = { eventId, type, kept: keptOf(event, object, reference) };
  if (chargeEvents.has(type) && isId(reference) && tellingOfCharges.has(object['status']) && isIntent(object))
    return { ...news, charge: { paymentId: reference, fact: factOf(object) } };
  if (refundEvents.has(type) && typeof reference === 'string' && tellingOfRefunds.has(object['status'])) {
    const { refundId, attempt } = attemptOf(reference);
    if (isId(refundId) && Number.isInteger(attempt) && isRefund(object))
      return { ...news, refund: { refundId, attempt, fact: refundFactOf(object) } };
  }
  return news;
}

/** A name or a code as processors write them, in none of which a card number may hide. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 200 && !mentionsCard(value);
const isAmount = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0);
const isCode = (value: unknown): boolean => value === undefined || value === null || isName(value);

function isIntent(object: Fields): object is Fields & Intent {
  const { amount_received: amount, cancellation_reason: reason, last_payment_error: error } = object;
  return isAmount(amount) && isCode(reason) && isCode(fieldsOf(error)['code']);
}

function isRefund(object: Fields): object is Fields & Refund {
  return isCode(object['failure_reason']);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function parse(body: Buffer): Fields {
  try {
    return fieldsOf(JSON.parse(body.toString('utf8')));
  } catch {
    throw new Refusal('invalid', 'malformed_json', 'The body is not JSON.');
  }
}

/** What a person looks for when a payment went wrong. Whatever else a processor sends of cards and people is not kept. */
function keptOf(event: Fields, object: Fields, reference: unknown): object {
  const numbers = ['amount', 'amount_capturable', 'amount_received', 'amount_refunded', 'created'];
  const texts = ['id', 'object', 'status', 'currency', 'payment_intent', 'failure_reason', 'cancellation_reason'];
  const kept = [
    ...texts.filter((name) => isName(object[name])),
    ...numbers.filter((name) => typeof object[name] === 'number'),
  ].map((name) => [name, object[name]] as const);
  return {
    id: event['id'],
    ...(isName(event['object']) && { object: event['object'] }),
    type: event['type'],
    ...(typeof event['created'] === 'number' && { created: event['created'] }),
    data: {
      object: { ...Object.fromEntries(kept), ...(isName(reference) && { metadata: { ref: reference } }) },
    },
  };
}
