import type { NewOrder, Part, PaypalAmount } from './paypal-orders';

/** A request that PayPal does not understand; told to the caller with the field at fault. */
export class Malformed extends Error {
  constructor(
    readonly field: string,
    readonly issue: string,
  ) {
    super(`${field}: ${issue}`);
  }
}

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed(field, 'MISSING_REQUIRED_PARAMETER');
  return value as Fields;
}

/** Whole units only in these, as PayPal has it. */
const whole: ReadonlySet<string> = new Set(['HUF', 'JPY', 'TWD']);

function amountOf(value: unknown, field: string): PaypalAmount {
  const { currency_code: currency, value: amount } = fieldsOf(value, field);
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
    throw new Malformed(`${field}/currency_code`, 'INVALID_CURRENCY_CODE');
  // Amounts are texts: a number has lost its last digit before anybody looks at it.
  if (typeof amount !== 'string' || !/^\d{1,7}(\.\d{2})?$/.test(amount) || Number(amount) <= 0)
    throw new Malformed(`${field}/value`, 'INVALID_PARAMETER_SYNTAX');
  if (whole.has(currency) && amount.includes('.')) throw new Malformed(`${field}/value`, 'DECIMALS_NOT_SUPPORTED');
  return { currency_code: currency, value: amount };
}

function textOf(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 127)
    throw new Malformed(field, 'INVALID_PARAMETER_SYNTAX');
  return value;
}

export function readOrder(body: unknown): NewOrder {
  const { intent, purchase_units: units, payment_source: source } = fieldsOf(body, '/');
  if (intent !== 'AUTHORIZE') throw new Malformed('/intent', 'INTENT_NOT_SUPPORTED');
  const unit = fieldsOf(Array.isArray(units) && units.length === 1 ? units[0] : undefined, '/purchase_units');
  const card = fieldsOf(fieldsOf(source, '/payment_source')['card'], '/payment_source/card');
  // Never accept a card number here: vaulted cards only, so nothing of a card can end in the log.
  if (card['number'] !== undefined) throw new Malformed('/payment_source/card/number', 'NOT_AUTHORIZED');
  const vaultId = textOf(card['vault_id'], '/payment_source/card/vault_id');
  if (!/^tok_[a-z_]{1,60}$/.test(vaultId)) throw new Malformed('/payment_source/card/vault_id', 'INVALID_VAULT_ID');
  return {
    amount: amountOf(unit['amount'], '/purchase_units/0/amount'),
    vault_id: vaultId,
    reference_id: textOf(unit['reference_id'] ?? 'default', '/purchase_units/0/reference_id'),
    custom_id: textOf(unit['custom_id'], '/purchase_units/0/custom_id'),
    invoice_id: textOf(unit['invoice_id'], '/purchase_units/0/invoice_id'),
  };
}

export function readPart(body: unknown): Part {
  const { amount, invoice_id: invoice, final_capture: final, custom_id: custom } = fieldsOf(body ?? {}, '/');
  if (final !== undefined && typeof final !== 'boolean')
    throw new Malformed('/final_capture', 'INVALID_PARAMETER_SYNTAX');
  return {
    amount: amount === undefined ? undefined : amountOf(amount, '/amount'),
    invoice_id: textOf(invoice, '/invoice_id'),
    ...(custom !== undefined && { custom_id: textOf(custom, '/custom_id') }),
    ...(final !== undefined && { final_capture: final }),
  };
}
