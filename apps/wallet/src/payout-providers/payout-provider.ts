import type { PayoutDetails } from '../beneficiaries/beneficiary-vault';
import type { PayoutFact } from '../withdrawals/withdrawal-states';

/** The provider that pays today; a withdrawal stays with the one it was begun with. */
export const payoutProvider = 'modern_treasury';

/** One payment out. */
export interface PayoutOrder {
  /** Our id: the provider's idempotency key, and the reference by which it finds the payout again. */
  id: string;
  /** What arrives, in minor units. */
  amountMinor: number;
  currency: string;
}

/** What a provider's webhook says; nothing about a payout of ours where there is no `payoutId`. */
export interface PayoutNews {
  eventId: string;
  type: string;
  payoutId?: string | undefined;
  fact?: PayoutFact | undefined;
  /** What is kept of it: no name, no account number. */
  payload: object;
}

/**
 * The port to a payout provider. `submit` may be repeated with the same id while the provider remembers the key, and pays
 * once. Both give a fact only when the provider said one; silence, a broken connection and a 5xx throw ProviderSilent, and
 * then nobody knows.
 */
export interface PayoutProvider {
  readonly name: string;
  /** How long after the first `submit` a repeated one is still known to be the same. */
  readonly keyLifetimeMs: number;
  submit(order: PayoutOrder, to: PayoutDetails, signal: AbortSignal): Promise<PayoutFact>;
  query(order: PayoutOrder, signal: AbortSignal): Promise<PayoutFact>;
  /** Checks the signature over the bytes that came (401 `webhook_signature_invalid`) and reads them (400 `webhook_malformed`). */
  read(body: Buffer, headers: WebhookHeaders): PayoutNews;
}

export type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

export const PAYOUT_PROVIDER = Symbol('PAYOUT_PROVIDER');

/** Nobody knows whether the money is out: only a query, a webhook or a statement can tell. */
export class ProviderSilent extends Error {
  override readonly name = 'ProviderSilent';
}
