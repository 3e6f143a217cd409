import type { NewIntent } from './charges';

/** The largest single charge, in minor units: the same limit Stripe has, and far from where integers end. */
const maxAmountMinor = 99_999_999;
const maxMetadataKeys = 50;

/** A request the processor does not understand; told to the caller with the field at fault. */
export class BadRequest extends Error {
  constructor(
    readonly param: string,
    message: string,
  ) {
    super(message);
  }
}

type Fields = Record<string, unknown>;

function fieldsOf(body: unknown): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BadRequest('body', 'Send a JSON object.');
  return body as Fields;
}

function amountOf(value: unknown, param: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > maxAmountMinor) {
    throw new BadRequest(param, `${param} must be a whole number of minor units from 1 to ${maxAmountMinor}.`);
  }
  return value;
}

function optionalAmount(value: unknown, param: string): number | undefined {
  return value === undefined || value === null ? undefined : amountOf(value, param);
}

function metadataOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(fieldsOf(value));
  if (entries.length > maxMetadataKeys || entries.some(([, text]) => typeof text !== 'string')) {
    throw new BadRequest('metadata', `metadata takes up to ${maxMetadataKeys} texts.`);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

export function readNewIntent(body: unknown): NewIntent {
  const fields = fieldsOf(body);
  const currency = fields['currency'];
  const token = fields['payment_method'];
  const captureMethod = fields['capture_method'] ?? 'automatic';
  if (typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) {
    throw new BadRequest('currency', 'currency must be three letters.');
  }
  // Never accept a card number here: tokens only, so nothing of a card can end in the log.
  if (typeof token !== 'string' || !/^(tok|pm)_[a-z_]{1,60}$/.test(token)) {
    throw new BadRequest('payment_method', 'payment_method must be a token such as tok_visa.');
  }
  if (captureMethod !== 'manual' && captureMethod !== 'automatic') {
    throw new BadRequest('capture_method', 'capture_method must be manual or automatic.');
  }
  return {
    amount: amountOf(fields['amount'], 'amount'),
    currency: currency.toLowerCase(),
    payment_method: token,
    capture_method: captureMethod,
    metadata: metadataOf(fields['metadata']),
  };
}

export function readCapture(body: unknown): { amount: number | undefined; final: boolean } {
  if (body === undefined || body === null) return { amount: undefined, final: true };
  const { amount_to_capture: amount, final_capture: final = true } = fieldsOf(body);
  if (typeof final !== 'boolean') throw new BadRequest('final_capture', 'final_capture must be true or false.');
  return { amount: optionalAmount(amount, 'amount_to_capture'), final };
}

export function readRefund(body: unknown): {
  paymentIntent: string;
  amount: number | undefined;
  metadata: Record<string, string>;
} {
  const fields = fieldsOf(body);
  const paymentIntent = fields['payment_intent'];
  if (typeof paymentIntent !== 'string') throw new BadRequest('payment_intent', 'payment_intent is missing.');
  return {
    paymentIntent,
    amount: optionalAmount(fields['amount'], 'amount'),
    metadata: metadataOf(fields['metadata']),
  };
}
