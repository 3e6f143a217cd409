import { randomBytes } from 'node:crypto';

/** What the sandbox keeps of one order. Field names are PayPal's, so that the real adapter differs by its address alone. */
export interface PaypalAmount {
  currency_code: string;
  value: string;
}

export interface Authorization {
  id: string;
  status: 'CREATED' | 'CAPTURED' | 'PARTIALLY_CAPTURED' | 'VOIDED';
  amount: PaypalAmount;
  custom_id: string;
  invoice_id: string;
  create_time: string;
}

export interface Capture {
  id: string;
  status: 'COMPLETED' | 'PENDING' | 'DECLINED' | 'PARTIALLY_REFUNDED' | 'REFUNDED';
  amount: PaypalAmount;
  custom_id: string;
  invoice_id: string;
  final_capture: boolean;
  status_details?: { reason: string };
  create_time: string;
}

export interface Refund {
  id: string;
  status: 'COMPLETED' | 'PENDING' | 'FAILED';
  amount: PaypalAmount;
  custom_id: string;
  invoice_id: string;
  status_details?: { reason: string };
  capture_id: string;
  create_time: string;
}

export interface Order {
  id: string;
  intent: 'AUTHORIZE';
  status: 'COMPLETED';
  create_time: string;
  vault_id: string;
  reference_id: string;
  custom_id: string;
  authorization: Authorization;
  captures: Capture[];
  refunds: Refund[];
}

export type EventType =
  | 'PAYMENT.AUTHORIZATION.CREATED'
  | 'PAYMENT.AUTHORIZATION.VOIDED'
  | 'PAYMENT.CAPTURE.COMPLETED'
  | 'PAYMENT.CAPTURE.PENDING'
  | 'PAYMENT.CAPTURE.DECLINED'
  | 'PAYMENT.CAPTURE.REFUNDED'
  | 'PAYMENT.REFUND.PENDING'
  | 'PAYMENT.REFUND.FAILED';

export interface PaypalEvent {
  id: string;
  event_version: '1.0';
  create_time: string;
  resource_type: 'authorization' | 'capture' | 'refund';
  resource_version: '2.0';
  event_type: EventType;
  resource: object;
}

/** What one request does: the answer, the order as it is then, and what is told of it. */
export interface Decision {
  status: number;
  /** Of a success the id of what was made or changed; its latest state is the body. */
  made?: string;
  problem?: object;
  order?: Order;
  events?: PaypalEvent[];
}

export interface NewOrder {
  amount: PaypalAmount;
  vault_id: string;
  reference_id: string;
  custom_id: string;
  invoice_id: string;
}

export interface Part {
  amount: PaypalAmount | undefined;
  invoice_id: string;
  custom_id?: string;
  final_capture?: boolean;
}

const now = (): string => new Date().toISOString();
const newId = (): string => randomBytes(9).toString('hex').slice(0, 17).toUpperCase();

/** Cents of a decimal of two places at the most: sums are made in whole numbers. */
export const centsOf = ({ value }: PaypalAmount): number => Math.round(Number(value) * 100);

export function refuse(status: number, name: string, issue?: string): Decision {
  const details = issue === undefined ? undefined : [{ issue, description: issue.toLowerCase().replaceAll('_', ' ') }];
  return { status, problem: { name, message: name.toLowerCase(), debug_id: newId().toLowerCase(), details } };
}

const unprocessable = (issue: string): Decision => refuse(422, 'UNPROCESSABLE_ENTITY', issue);

function told(order: Order, type: EventType, resource: Authorization | Capture | Refund): PaypalEvent {
  const kind = type.includes('AUTHORIZATION') ? 'authorization' : type.includes('REFUND') ? 'refund' : 'capture';
  return {
    id: `WH-${newId()}-${newId()}`,
    event_version: '1.0',
    create_time: now(),
    resource_type: kind,
    resource_version: '2.0',
    event_type: type,
    resource: {
      ...resource,
      supplementary_data: { related_ids: { order_id: order.id, authorization_id: order.authorization.id } },
    },
  };
}

/** An order with a vaulted card authorises at once. */
export function createOrder(input: NewOrder): Decision {
  if (input.vault_id === 'tok_declined') return unprocessable('INSTRUMENT_DECLINED');
  const { custom_id, invoice_id, amount } = input;
  const authorization: Authorization = {
    id: newId(),
    status: 'CREATED',
    amount,
    custom_id,
    invoice_id,
    create_time: now(),
  };
  const order: Order = {
    id: newId(),
    intent: 'AUTHORIZE',
    status: 'COMPLETED',
    create_time: now(),
    vault_id: input.vault_id,
    reference_id: input.reference_id,
    custom_id,
    authorization,
    captures: [],
    refunds: [],
  };
  return { status: 201, made: order.id, order, events: [told(order, 'PAYMENT.AUTHORIZATION.CREATED', authorization)] };
}

/** Takes a part, or all that is left; after a final part the rest goes back to the card. */
export function capture(order: Order, wanted: Part): Decision {
  const { authorization } = order;
  if (authorization.status === 'VOIDED') return unprocessable('AUTHORIZATION_VOIDED');
  if (authorization.status === 'CAPTURED') return unprocessable('AUTHORIZATION_ALREADY_CAPTURED');
  const left = centsOf(authorization.amount) - takenCents(order);
  const amount = wanted.amount ?? authorization.amount;
  if (amount.currency_code !== authorization.amount.currency_code) return unprocessable('CURRENCY_MISMATCH');
  if (centsOf(amount) > left) return unprocessable('MAX_CAPTURE_AMOUNT_EXCEEDED');
  if (order.vault_id === 'tok_capture_fail') return unprocessable('TRANSACTION_REFUSED');
  const isLater = order.vault_id === 'tok_capture_pending' || order.vault_id === 'tok_capture_denied';
  const isFinal = (wanted.final_capture ?? false) || centsOf(amount) === left;
  const made: Capture = {
    id: newId(),
    status: isLater ? 'PENDING' : 'COMPLETED',
    amount,
    custom_id: order.custom_id,
    invoice_id: wanted.invoice_id,
    final_capture: isFinal,
    create_time: now(),
    ...(isLater && { status_details: { reason: 'PENDING_REVIEW' } }),
  };
  const changed: Order = {
    ...order,
    authorization: { ...authorization, status: isFinal ? 'CAPTURED' : 'PARTIALLY_CAPTURED' },
    captures: [...order.captures, made],
  };
  const type = isLater ? 'PAYMENT.CAPTURE.PENDING' : 'PAYMENT.CAPTURE.COMPLETED';
  return { status: 201, made: made.id, order: changed, events: [told(changed, type, made)] };
}

/** What the bank says in its own time about a capture that was pending. */
export function endCapture(order: Order, id: string): Decision {
  const isDenied = order.vault_id === 'tok_capture_denied';
  const captures = order.captures.map((each): Capture => {
    if (each.id !== id || each.status !== 'PENDING') return each;
    return { ...each, status: isDenied ? 'DECLINED' : 'COMPLETED', status_details: undefined };
  });
  // What was denied can be taken again.
  const status = isDenied ? (captures.some(isTaken) ? 'PARTIALLY_CAPTURED' : 'CREATED') : order.authorization.status;
  const changed: Order = { ...order, authorization: { ...order.authorization, status }, captures };
  const ended = captures.find((each) => each.id === id);
  const type = isDenied ? 'PAYMENT.CAPTURE.DECLINED' : 'PAYMENT.CAPTURE.COMPLETED';
  return { status: 200, order: changed, events: ended ? [told(changed, type, ended)] : [] };
}

export function voidOrder(order: Order): Decision {
  const { authorization } = order;
  if (authorization.status === 'CAPTURED') return unprocessable('PREVIOUSLY_CAPTURED');
  if (authorization.status === 'VOIDED') return unprocessable('PREVIOUSLY_VOIDED');
  const voided: Authorization = { ...authorization, status: 'VOIDED' };
  const changed = { ...order, authorization: voided };
  return { status: 204, order: changed, events: [told(changed, 'PAYMENT.AUTHORIZATION.VOIDED', voided)] };
}

/** Gives a capture back, in parts if wished, never more than it took. */
export function refundCapture(order: Order, captureId: string, wanted: Part): Decision {
  const taken = order.captures.find(({ id }) => id === captureId);
  if (!taken) return refuse(404, 'RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID');
  if (!isTaken(taken)) return unprocessable('CAPTURE_NOT_COMPLETED');
  const left = centsOf(taken.amount) - refundedCents(order, captureId);
  const amount = wanted.amount ?? taken.amount;
  if (amount.currency_code !== taken.amount.currency_code) return unprocessable('REFUND_CURRENCY_MISMATCH');
  if (left === 0) return unprocessable('CAPTURE_FULLY_REFUNDED');
  if (centsOf(amount) > left) return unprocessable('REFUND_AMOUNT_EXCEEDED');
  const status = refundStatus[order.vault_id] ?? 'COMPLETED';
  const made: Refund = {
    id: newId(),
    status,
    amount,
    custom_id: wanted.custom_id ?? order.custom_id,
    invoice_id: wanted.invoice_id,
    capture_id: captureId,
    create_time: now(),
    ...(status === 'FAILED' && { status_details: { reason: 'ECHECK' } }),
  };
  const changed = withRefund(order, made, left === centsOf(amount));
  return { status: 201, made: made.id, order: changed, events: [told(changed, refundEvent[status], made)] };
}

export function endRefund(order: Order, id: string): Decision {
  const refunds = order.refunds.map((each): Refund => (each.id === id ? { ...each, status: 'COMPLETED' } : each));
  const changed = { ...order, refunds };
  const ended = refunds.find((each) => each.id === id);
  return { status: 200, order: changed, events: ended ? [told(changed, 'PAYMENT.CAPTURE.REFUNDED', ended)] : [] };
}

const refundStatus: Readonly<Record<string, Refund['status']>> = {
  tok_refund_fail: 'FAILED',
  tok_refund_pending: 'PENDING',
};
const refundEvent: Readonly<Record<Refund['status'], EventType>> = {
  COMPLETED: 'PAYMENT.CAPTURE.REFUNDED',
  PENDING: 'PAYMENT.REFUND.PENDING',
  FAILED: 'PAYMENT.REFUND.FAILED',
};

function withRefund(order: Order, made: Refund, isAll: boolean): Order {
  const captures = order.captures.map((each): Capture => {
    if (each.id !== made.capture_id || made.status === 'FAILED') return each;
    return { ...each, status: isAll ? 'REFUNDED' : 'PARTIALLY_REFUNDED' };
  });
  return { ...order, captures, refunds: [...order.refunds, made] };
}

const isTaken = ({ status }: Capture): boolean => status !== 'DECLINED' && status !== 'PENDING';

/** Taken or being taken. */
export const takenCents = (order: Order): number =>
  order.captures.filter(({ status }) => status !== 'DECLINED').reduce((sum, { amount }) => sum + centsOf(amount), 0);

export const refundedCents = (order: Order, captureId?: string): number =>
  order.refunds
    .filter((each) => each.status !== 'FAILED' && (captureId === undefined || each.capture_id === captureId))
    .reduce((sum, { amount }) => sum + centsOf(amount), 0);

/** An order as PayPal writes it. */
export function orderBody(order: Order): object {
  const { authorization, captures, refunds, vault_id, custom_id, reference_id, ...rest } = order;
  return {
    ...rest,
    payment_source: { card: {} },
    purchase_units: [
      {
        reference_id,
        custom_id,
        invoice_id: authorization.invoice_id,
        amount: authorization.amount,
        payments: { authorizations: [authorization], captures, refunds },
      },
    ],
  };
}
