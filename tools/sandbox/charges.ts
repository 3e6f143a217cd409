import { randomBytes } from 'node:crypto';

/** What the sandbox keeps of one card payment. Field names are Stripe's, so that the real adapter differs by its address alone. */
export interface PaymentIntent {
  id: string;
  object: 'payment_intent';
  amount: number;
  amount_capturable: number;
  amount_received: number;
  amount_refunded: number;
  currency: string;
  payment_method: string;
  capture_method: 'manual' | 'automatic';
  status: 'requires_payment_method' | 'requires_capture' | 'succeeded' | 'canceled';
  metadata: Record<string, string>;
  last_payment_error: CardError | null;
  created: number;
}

export interface Refund {
  id: string;
  object: 'refund';
  payment_intent: string;
  amount: number;
  currency: string;
  status: 'succeeded' | 'failed';
  failure_reason: string | null;
  metadata: Record<string, string>;
  created: number;
}

export interface CardError {
  type: 'card_error' | 'invalid_request_error' | 'idempotency_error' | 'authentication_error';
  code: string;
  message: string;
  decline_code?: string;
  payment_intent?: PaymentIntent;
}

export type EventType =
  | 'payment_intent.amount_capturable_updated'
  | 'payment_intent.payment_failed'
  | 'payment_intent.succeeded'
  | 'payment_intent.canceled'
  | 'refund.updated'
  | 'refund.failed';

export interface ProcessorEvent {
  id: string;
  object: 'event';
  type: EventType;
  created: number;
  data: { object: PaymentIntent | Refund };
}

/** What one request does: the answer and everything that has to be kept with it, decided before anything is written. */
export interface Decision {
  status: number;
  body: unknown;
  intent?: PaymentIntent;
  refund?: Refund;
  event?: ProcessorEvent;
}

export interface NewIntent {
  amount: number;
  currency: string;
  payment_method: string;
  capture_method: 'manual' | 'automatic';
  metadata: Record<string, string>;
}

/** Tokens that work like a card; the ones that misbehave do so in the HTTP answer, the capture, the refund or the webhook. */
export const magicTokens = [
  'tok_visa',
  'tok_mastercard',
  'tok_declined',
  'tok_timeout',
  'tok_twice',
  'tok_late',
  'tok_capture_fail',
  'tok_refund_fail',
] as const;

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const newProcessorId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

export function refuse(status: number, error: CardError): Decision {
  return { status, body: { error } };
}

function announce(type: EventType, object: PaymentIntent | Refund): ProcessorEvent {
  return { id: newProcessorId('evt'), object: 'event', type, created: nowSeconds(), data: { object: { ...object } } };
}

/** Puts the amount aside on the card; with capture_method automatic takes it at once. A declined card leaves an intent that says so. */
export function authorise(input: NewIntent): Decision {
  const declined = input.payment_method === 'tok_declined';
  const held = !declined && input.capture_method === 'manual';
  const taken = !declined && input.capture_method === 'automatic';
  const intent: PaymentIntent = {
    id: newProcessorId('pi'),
    object: 'payment_intent',
    ...input,
    amount_capturable: held ? input.amount : 0,
    amount_received: taken ? input.amount : 0,
    amount_refunded: 0,
    status: declined ? 'requires_payment_method' : held ? 'requires_capture' : 'succeeded',
    last_payment_error: null,
    created: nowSeconds(),
  };
  if (!declined) {
    const type = held ? 'payment_intent.amount_capturable_updated' : 'payment_intent.succeeded';
    return { status: 200, body: intent, intent, event: announce(type, intent) };
  }
  const error: CardError = {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'The card was declined: it has not enough money.',
  };
  intent.last_payment_error = error;
  return {
    status: 402,
    body: { error: { ...error, payment_intent: intent } },
    intent,
    event: announce('payment_intent.payment_failed', intent),
  };
}

function unexpectedState(intent: PaymentIntent, verb: string): Decision {
  return refuse(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `This payment is ${intent.status} and can no longer be ${verb}.`,
    payment_intent: intent,
  });
}

/**
 * Takes what was put aside, all of it or less. After a final capture, what is left goes back to the card; after another it
 * can be taken later (https://docs.stripe.com/payments/multicapture).
 */
export function capture(intent: PaymentIntent, wanted: { amount: number | undefined; final: boolean }): Decision {
  if (intent.status !== 'requires_capture') return unexpectedState(intent, 'captured');
  const amount = wanted.amount ?? intent.amount_capturable;
  if (amount > intent.amount_capturable) {
    return refuse(400, {
      type: 'invalid_request_error',
      code: 'amount_too_large',
      message: `Only ${intent.amount_capturable} can be captured.`,
      payment_intent: intent,
    });
  }
  if (intent.payment_method === 'tok_capture_fail') {
    return refuse(402, {
      type: 'card_error',
      code: 'capture_failed',
      decline_code: 'expired_card',
      message: 'The bank refused the capture.',
      payment_intent: intent,
    });
  }
  const received = intent.amount_received + amount;
  const left = wanted.final ? 0 : intent.amount_capturable - amount;
  const captured: PaymentIntent = {
    ...intent,
    amount_capturable: left,
    amount_received: received,
    status: left > 0 ? 'requires_capture' : 'succeeded',
  };
  const type = left > 0 ? 'payment_intent.amount_capturable_updated' : 'payment_intent.succeeded';
  return { status: 200, body: captured, intent: captured, event: announce(type, captured) };
}

/** Gives back what was put aside; what was taken before stays taken. */
export function cancel(intent: PaymentIntent): Decision {
  if (intent.status !== 'requires_capture') return unexpectedState(intent, 'cancelled');
  const isTaken = intent.amount_received > 0;
  const ended: PaymentIntent = { ...intent, amount_capturable: 0, status: isTaken ? 'succeeded' : 'canceled' };
  const type = isTaken ? 'payment_intent.succeeded' : 'payment_intent.canceled';
  return { status: 200, body: ended, intent: ended, event: announce(type, ended) };
}

/** Gives back what was taken, in parts if wished, never more than was taken. */
export function giveBack(
  intent: PaymentIntent,
  wanted: number | undefined,
  metadata: Record<string, string>,
): Decision {
  const refundable = intent.amount_received - intent.amount_refunded;
  const amount = wanted ?? refundable;
  if (amount > refundable || refundable === 0) {
    return refuse(400, {
      type: 'invalid_request_error',
      code: refundable === 0 ? 'charge_already_refunded' : 'amount_too_large',
      message: `Only ${refundable} can be refunded.`,
      payment_intent: intent,
    });
  }
  const failed = intent.payment_method === 'tok_refund_fail';
  const refund: Refund = {
    id: newProcessorId('re'),
    object: 'refund',
    payment_intent: intent.id,
    amount,
    currency: intent.currency,
    status: failed ? 'failed' : 'succeeded',
    failure_reason: failed ? 'lost_or_stolen_card' : null,
    metadata,
    created: nowSeconds(),
  };
  const refunded = failed ? intent : { ...intent, amount_refunded: intent.amount_refunded + amount };
  const event = announce(failed ? 'refund.failed' : 'refund.updated', refund);
  return { status: 200, body: refund, intent: refunded, refund, event };
}
