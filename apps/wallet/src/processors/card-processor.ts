/** What a processor says about a charge. `reference` is the processor's own id of it. */
export type ChargeFact =
  | { fact: 'authorised'; reference: string }
  | { fact: 'declined'; reference?: string; code: string }
  | { fact: 'captured'; reference: string }
  | { fact: 'capture_failed'; code: string }
  | { fact: 'voided'; reference: string }
  /** The processor has never heard of it. */
  | { fact: 'absent' };

export type RefundFact =
  { fact: 'refunded'; reference: string } | { fact: 'refund_failed'; code: string } | { fact: 'absent' };

export interface Charge {
  /** Our id: the processor's idempotency key, and the reference by which it finds the charge again. */
  id: string;
  amountMinor: number;
  currency: string;
  cardToken: string;
  providerReference: string | null;
}

export interface CardRefund {
  id: string;
  amountMinor: number;
  providerReference: string;
}

/**
 * The port to a card processor. Every call may be repeated with the same id and acts once. It gives a fact only when the
 * processor said one; silence, a broken connection and a 5xx throw ProcessorSilent, and then nobody knows.
 */
export interface CardProcessor {
  readonly name: string;
  authorise(charge: Charge, signal: AbortSignal): Promise<ChargeFact>;
  capture(charge: Charge, signal: AbortSignal): Promise<ChargeFact>;
  void(charge: Charge, signal: AbortSignal): Promise<ChargeFact>;
  query(charge: Charge, signal: AbortSignal): Promise<ChargeFact>;
  refund(refund: CardRefund, signal: AbortSignal): Promise<RefundFact>;
  queryRefund(refund: CardRefund, signal: AbortSignal): Promise<RefundFact>;
}

export const CARD_PROCESSOR = Symbol('CARD_PROCESSOR');

/** Nobody knows whether it happened: only a query or a webhook can tell. */
export class ProcessorSilent extends Error {
  override readonly name = 'ProcessorSilent';
}
