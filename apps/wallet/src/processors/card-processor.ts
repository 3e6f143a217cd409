/** What a processor says about a charge. `reference` is the processor's own id of it. */
export type ChargeFact =
  | { fact: 'authorised'; reference: string; authorisation?: string }
  | { fact: 'declined'; reference?: string; code: string }
  /** The processor will not take it up at all: it is malformed, or not allowed. */
  | { fact: 'failed'; code: string }
  /**
   * `capturedMinor` is all that was taken so far; nothing when everything was. While `isOpen`, more can be taken.
   * `capture` is the processor's own id of the latest part.
   */
  | { fact: 'captured'; reference: string; capturedMinor?: number; isOpen?: boolean; capture?: string }
  | { fact: 'capture_failed'; code: string }
  /** It is being worked on: the processor tells the end later. */
  | { fact: 'pending'; reference: string }
  | { fact: 'voided'; reference: string }
  /** It was not taken in time. */
  | { fact: 'expired'; reference: string }
  /** The processor has never heard of it. */
  | { fact: 'absent' }
  /** Something happened, and only asking says what; nothing new when it is about a capture that is known. */
  | { fact: 'look'; reference: string; capture: string };

export type RefundFact =
  | { fact: 'refunded'; reference: string }
  | { fact: 'refund_failed'; code: string }
  | { fact: 'pending'; reference: string }
  | { fact: 'absent' };

/** The part of a charge that is to be taken. */
export interface CapturePart {
  /** Our id: the processor's idempotency key. */
  id: string;
  amountMinor: number;
  /** What is left afterwards goes back to the card. */
  isFinal: boolean;
}

export interface Charge {
  /** Our id: the processor's idempotency key, and the reference by which it finds the charge again. */
  id: string;
  amountMinor: number;
  currency: string;
  cardToken: string;
  providerReference: string | null;
  /** The processor's id of what it put aside, where that is another than the charge's. */
  providerAuthorisation: string | null;
  createdAt: Date;
  /** What to take now; nothing for all that is left. */
  part: CapturePart | null;
}

export interface CardRefund {
  /** Our id and the attempt: the processor's idempotency key, and the reference by which it finds the refund again. */
  key: string;
  amountMinor: number;
  currency: string;
  /** The processor's id of the charge, and of the capture that is given back. */
  providerReference: string;
  captureReference: string | null;
  /** The processor's own id, once it told one. */
  refundReference: string | null;
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
  /** What a webhook of this processor says. Refuses with 401 what it did not sign, and with 400 what is none of its events. */
  hear(webhook: IncomingWebhook): Promise<WebhookNews>;
}

/** A webhook as it came. */
export interface IncomingWebhook {
  body: Buffer;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** By the wall clock, as the processor signs. */
  at: Date;
}

/** What a signed webhook says, and what may be kept of it. */
export interface WebhookNews {
  eventId: string;
  type: string;
  /** Our payment and what is said about it. */
  charge?: { paymentId: string; fact: ChargeFact };
  /** Our refund, which attempt at it, and what is said about that. */
  refund?: { refundId: string; attempt: number; fact: RefundFact };
  /** The fields that we read, for the log: nothing of a card or a person. */
  kept: object;
}

/** Nobody knows whether it happened: only a query or a webhook can tell. */
export class ProcessorSilent extends Error {
  override readonly name = 'ProcessorSilent';
}

/** The key of a refund's attempt: the first is the refund's id itself. */
export const refundKey = (id: string, attempt: number): string => (attempt === 1 ? id : `${id}.${attempt}`);

/** The refund and the attempt that a key stands for. */
export function attemptOf(key: string): { refundId: string; attempt: number } {
  const [refundId = '', attempt = '1'] = key.split('.');
  return { refundId, attempt: Number(attempt) };
}
