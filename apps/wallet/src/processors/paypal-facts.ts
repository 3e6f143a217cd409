import { type ChargeFact, ProcessorSilent, type RefundFact } from './card-processor';
import { fromDecimal } from './decimal-amounts';

/** The parts of PayPal's objects that we read (https://developer.paypal.com/docs/api/orders/v2/ and …/payments/v2/). */
export interface PaypalAmount {
  currency_code: string;
  value: string;
}

export interface PaypalAuthorisation {
  id: string;
  status: string;
}

export interface PaypalCapture {
  id: string;
  status: string;
  amount: PaypalAmount;
  /** Our id of the part. */
  invoice_id?: string;
  final_capture?: boolean;
  status_details?: { reason?: string };
}

export interface PaypalRefund {
  id: string;
  status: string;
  /** Our key of the refund's attempt. */
  invoice_id?: string;
  status_details?: { reason?: string };
}

export interface PaypalOrder {
  id: string;
  status: string;
  purchase_units?: {
    payments?: {
      authorizations?: PaypalAuthorisation[];
      captures?: PaypalCapture[];
      refunds?: PaypalRefund[];
    };
  }[];
}

export interface PaypalError {
  name?: string;
  details?: { issue?: string }[];
}

/** PayPal's words in ours: `INSTRUMENT_DECLINED` → `instrument_declined`. */
export const codeOf = (issue: string | undefined, otherwise: string): string =>
  issue !== undefined && /^[A-Z][A-Z_]{0,98}$/.test(issue) ? issue.toLowerCase() : otherwise;

export const issueOf = (body: unknown): string | undefined => {
  const { details, name } = body as PaypalError;
  return details?.[0]?.issue ?? name;
};

/** Money that was taken, also when some of it went back since. */
const took: ReadonlySet<string> = new Set(['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED']);

/** What an order says of the charge: its authorisation, and all captures together. */
export function factOf(order: PaypalOrder): ChargeFact {
  const { authorizations, captures = [] } = order.purchase_units?.[0]?.payments ?? {};
  const authorisation = authorizations?.[0];
  if (!authorisation) {
    if (order.status === 'VOIDED') return { fact: 'voided', reference: order.id };
    throw new ProcessorSilent(`an order is ${order.status} and has no authorisation`);
  }
  if (captures.some(({ status }) => status === 'PENDING')) return { fact: 'pending', reference: order.id };
  const taken = captures.filter(({ status }) => took.has(status));
  const latest = taken.at(-1);
  if (latest) {
    return {
      fact: 'captured',
      reference: order.id,
      capturedMinor: sumOf(taken),
      isOpen: authorisation.status === 'PARTIALLY_CAPTURED' || authorisation.status === 'CREATED',
      capture: latest.id,
    };
  }
  return factOfAuthorisation(order.id, authorisation);
}

function factOfAuthorisation(reference: string, { id, status }: PaypalAuthorisation): ChargeFact {
  switch (status) {
    case 'CREATED':
      return { fact: 'authorised', reference, authorisation: id };
    case 'PENDING':
      return { fact: 'pending', reference };
    case 'DENIED':
      return { fact: 'declined', reference, code: 'authorization_denied' };
    case 'VOIDED':
      return { fact: 'voided', reference };
    case 'EXPIRED':
      return { fact: 'expired', reference };
    default:
      throw new ProcessorSilent(`an authorisation is ${status}`);
  }
}

function sumOf(captures: readonly PaypalCapture[]): number {
  return captures.reduce((sum, { amount }) => {
    const minor = fromDecimal(amount.value, amount.currency_code);
    if (minor === undefined) throw new ProcessorSilent(`a capture is over ${amount.value} ${amount.currency_code}`);
    return sum + minor;
  }, 0);
}

export function refundFactOf(refund: PaypalRefund): RefundFact {
  switch (refund.status) {
    case 'COMPLETED':
      return { fact: 'refunded', reference: refund.id };
    case 'PENDING':
      return { fact: 'pending', reference: refund.id };
    case 'FAILED':
    case 'CANCELLED':
      return { fact: 'refund_failed', code: codeOf(refund.status_details?.reason, 'refund_failed') };
    default:
      throw new ProcessorSilent(`a refund is ${refund.status}`);
  }
}
