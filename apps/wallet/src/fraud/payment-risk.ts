import type { OpenOrigin } from '@florin/http';

/** What is known about who asks for a charge. All of it may lack: then the rules that need it say nothing. */
export interface PaymentRisk {
  /** Where the request came from, not sealed yet: it is kept nowhere as it is. */
  origin?: OpenOrigin | undefined;
  /** A keyed hash of the client's address; the address itself is kept nowhere. */
  addressKey?: string | undefined;
  /** The network of the address, e.g. `203.0.113.0/24`. */
  addressPrefix?: string | undefined;
  /** A keyed hash of what the browser calls itself. */
  deviceKey?: string | undefined;
  /** Where the client is, ISO 3166-1 alpha-2. */
  country?: string | undefined;
  /** The processor's fingerprint of the card behind the token. */
  cardFingerprint?: string | undefined;
  /** Where the card was issued. */
  cardCountry?: string | undefined;
  /** When a review comes too late, because whatever the charge is for is given up then. */
  reviewUntil?: Date | undefined;
}

/** The origin in a message or a sealed request, and nothing else of it. */
export function originOf(data: Omit<PaymentRisk, 'origin' | 'reviewUntil'>): PaymentRisk {
  const { addressKey, addressPrefix, deviceKey, country, cardFingerprint, cardCountry } = data;
  return { addressKey, addressPrefix, deviceKey, country, cardFingerprint, cardCountry };
}
