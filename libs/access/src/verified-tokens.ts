import { hash } from 'node:crypto';
import type { Caller } from './caller';

interface Entry {
  caller: Caller;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** About 30 MB at the very most; beyond it the least recently used goes. */
const defaultLimit = 20_000;

/**
 * Callers of tokens that were verified before, by SHA-256 of the token, until the token expires (AUTH-44).
 * Verifying ES256 costs about 100 µs, finding it here about 2; the token itself is never kept.
 */
export class VerifiedTokens {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly limit = defaultLimit) {}

  static keyOf(token: string): string {
    return hash('sha256', token, 'base64');
  }

  get(key: string): Caller | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    if (entry.expiresAt <= Date.now()) return undefined;
    this.entries.set(key, entry);
    return entry.caller;
  }

  put(key: string, caller: Caller, expiresAt: number): void {
    this.entries.set(key, { caller, expiresAt });
    if (this.entries.size <= this.limit) return;
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }

  get size(): number {
    return this.entries.size;
  }
}
