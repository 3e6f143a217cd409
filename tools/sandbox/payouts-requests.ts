/** What a caller wants paid. */
export interface NewOrder {
  type: string;
  direction: 'credit';
  amount: number;
  currency: string;
  metadata: Record<string, string>;
  holder: string;
}

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** Reads a payment order, or says what is wrong with it. The account number is looked at and not kept. */
export function readNewOrder(body: unknown): NewOrder | string {
  const fields = fieldsOf(body);
  const { type, direction, amount, currency, metadata } = fields;
  const { party_name: holder, account_details: details } = fieldsOf(fields['receiving_account']);
  const { account_number: account } = fieldsOf(Array.isArray(details) ? details[0] : undefined);
  if ((type !== 'sepa' && type !== 'wire') || direction !== 'credit')
    return 'type must be sepa or wire, direction credit.';
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < 1) return 'amount must be minor units.';
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return 'currency must be three letters.';
  if (typeof holder !== 'string' || holder.length === 0) return 'receiving_account.party_name is missing.';
  if (typeof account !== 'string' || !/^[A-Z]{2}\d\d[A-Z0-9]{11,30}$/.test(account)) return 'The IBAN is malformed.';
  const texts = Object.entries(fieldsOf(metadata)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { type, direction, amount, currency, holder, metadata: Object.fromEntries(texts) };
}
