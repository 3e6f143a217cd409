import { isId, mentionsCard, Refusal } from '@florin/kernel';
import { attemptOf, type ChargeFact, type WebhookNews } from './card-processor';
import { codeOf, type PaypalRefund, refundFactOf } from './paypal-facts';

type Fields = Record<string, unknown>;

const authorisationEvents: ReadonlySet<string> = new Set([
  'PAYMENT.AUTHORIZATION.CREATED',
  'PAYMENT.AUTHORIZATION.VOIDED',
]);
const refundStates: ReadonlySet<unknown> = new Set(['COMPLETED', 'PENDING', 'FAILED', 'CANCELLED']);

/**
 * Reads an event (https://developer.paypal.com/api/rest/webhooks/event-names/#payments). Refuses with 400 what is none.
 * A capture's event tells of one part and not of the sum, so it says only that something happened: the order is asked.
 */
export function newsOf(body: Buffer): WebhookNews {
  const event = parse(body);
  const resource = fieldsOf(event['resource']);
  const { id: eventId, event_type: type } = event;
  if (!isName(eventId) || !isName(type) || !isName(resource['id']))
    throw new Refusal('invalid', 'webhook_malformed', 'This is no event of the processor.');
  const news: WebhookNews = { eventId, type, kept: keptOf(event, resource) };
  if (type === 'PAYMENT.CAPTURE.REFUNDED' || type.startsWith('PAYMENT.REFUND.')) {
    const { refundId, attempt } = attemptOf(isName(resource['invoice_id']) ? resource['invoice_id'] : '');
    if (!isId(refundId) || !Number.isInteger(attempt) || !refundStates.has(resource['status'])) return news;
    return { ...news, refund: { refundId, attempt, fact: refundFactOf(refundIn(resource)) } };
  }
  const paymentId = resource['custom_id'];
  const fact = chargeFactOf(type, resource);
  return isId(paymentId) && fact ? { ...news, charge: { paymentId, fact } } : news;
}

function chargeFactOf(type: string, resource: Fields): ChargeFact | undefined {
  const reference = orderOf(resource);
  if (reference === undefined) return undefined;
  if (authorisationEvents.has(type)) {
    if (resource['status'] === 'VOIDED') return { fact: 'voided', reference };
    if (resource['status'] === 'CREATED' && isName(resource['id']))
      return { fact: 'authorised', reference, authorisation: resource['id'] };
    return undefined;
  }
  return type.startsWith('PAYMENT.CAPTURE.') ? { fact: 'look', reference, capture: String(resource['id']) } : undefined;
}

/** The order that a resource belongs to. */
function orderOf(resource: Fields): string | undefined {
  const id = fieldsOf(fieldsOf(resource['supplementary_data'])['related_ids'])['order_id'];
  return isName(id) ? id : undefined;
}

function refundIn(resource: Fields): PaypalRefund {
  const reason = fieldsOf(resource['status_details'])['reason'];
  return {
    id: String(resource['id']),
    status: String(resource['status']),
    status_details: { reason: codeOf(isName(reason) ? reason : undefined, 'refund_failed').toUpperCase() },
  };
}

/** What a person looks for when a payment went wrong: nothing of a card or a person. */
function keptOf(event: Fields, resource: Fields): object {
  const texts = ['id', 'status', 'custom_id', 'invoice_id'].filter((name) => isName(resource[name]));
  const amount = fieldsOf(resource['amount']);
  return {
    id: event['id'],
    event_type: event['event_type'],
    ...(isName(event['create_time']) && { create_time: event['create_time'] }),
    resource: {
      ...Object.fromEntries(texts.map((name) => [name, resource[name]])),
      ...(isName(amount['value']) && {
        amount: { value: amount['value'], currency_code: String(amount['currency_code']).slice(0, 3) },
      }),
    },
  };
}

/** A name or a code as processors write them, in none of which a card number may hide. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 200 && !mentionsCard(value);

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
