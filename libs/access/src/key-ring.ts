import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { assert, Refusal } from '@florin/kernel';

/** A JSON Web Key Set (RFC 7517). */
export interface JwkSet {
  keys: readonly (JsonWebKey & { kid?: string; alg?: string; use?: string })[];
}

/** Gives the current public keys: over HTTP from auth, or from wherever the process itself keeps them. */
export type KeySource = () => Promise<JwkSet>;

/** An unknown key id makes us ask again, but not more often than this: forged ids must not become a flood on auth. */
const minimumIntervalMs = 5_000;
/** While there is no key at all we ask more eagerly: auth may just be starting. */
const retryWithoutKeysMs = 500;
/** A withdrawn key stops being trusted after this time even when no unknown id shows up. */
const maximumAgeMs = 600_000;
const fetchTimeoutMs = 5_000;
const maximumKeys = 32;

/** The public ES256 keys of the issuer, cached. */
export class KeyRing {
  private keys = new Map<string, KeyObject>();
  private lastAttempt = Number.NEGATIVE_INFINITY;
  private lastSuccess = Number.NEGATIVE_INFINITY;
  private inFlight: Promise<void> | undefined;

  constructor(
    private readonly source: KeySource,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The key with this id, or undefined when the issuer has none. Refuses with 503 when no keys could be had at all. */
  async find(keyId: string): Promise<KeyObject | undefined> {
    const known = this.keys.get(keyId);
    if (known) {
      if (this.now() - this.lastSuccess > maximumAgeMs) this.refresh().catch(() => undefined);
      return known;
    }
    const failure = await this.refresh().then(
      () => undefined,
      (error: unknown) => error,
    );
    const found = this.keys.get(keyId);
    if (!found && this.keys.size === 0) throw unavailable(failure);
    return found;
  }

  private refresh(): Promise<void> {
    const wait = this.keys.size === 0 ? retryWithoutKeysMs : minimumIntervalMs;
    if (!this.inFlight && this.now() - this.lastAttempt < wait) return Promise.resolve();
    this.inFlight ??= this.load().finally(() => (this.inFlight = undefined));
    return this.inFlight;
  }

  private async load(): Promise<void> {
    this.lastAttempt = this.now();
    const { keys } = await this.source();
    assert(isArray(keys) && keys.length <= maximumKeys, 'the key set is not a JWKS of a sane size');
    const next = new Map<string, KeyObject>();
    for (const jwk of keys) {
      if (typeof jwk.kid !== 'string' || jwk.kty !== 'EC' || jwk.crv !== 'P-256') continue;
      if ((jwk.alg ?? 'ES256') !== 'ES256' || (jwk.use ?? 'sig') !== 'sig') continue;
      next.set(
        jwk.kid,
        createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x ?? '', y: jwk.y ?? '' }, format: 'jwk' }),
      );
    }
    this.keys = next;
    this.lastSuccess = this.now();
  }
}

/** Array.isArray turns a readonly array into any[]. */
function isArray(value: unknown): boolean {
  return Array.isArray(value);
}

function unavailable(cause: unknown): Refusal {
  const refusal = new Refusal('unavailable', 'keys_unavailable', 'Tokens cannot be checked at the moment.', {
    retryAfterSeconds: 1,
  });
  refusal.cause = cause;
  return refusal;
}

/** Reads a key set from a URL (http, https, or data: for tests). */
export function keysFrom(url: string): KeySource {
  return async () => {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(fetchTimeoutMs),
      headers: { accept: 'application/json' },
    });
    assert(response.ok, `the key set answered ${response.status}`);
    return (await response.json()) as JwkSet;
  };
}
