import { leewaySeconds } from './token-strategy';

/** No access token lives longer (ACCESS_TOKEN_SECONDS of auth allows no more), the leeway of its check included. */
const longestTokenMs = (3_600 + leewaySeconds) * 1_000;

/**
 * Sessions whose access tokens must not be accepted any more, although they have not expired. The host feeds it from
 * `auth.session.revoked`. An entry goes when no access token of its session can be alive, or when there are too many.
 */
export class RevokedSessions {
  private readonly until = new Map<string, number>();

  constructor(
    readonly keepMs = longestTokenMs,
    readonly limit = 100_000,
  ) {}

  get size(): number {
    return this.until.size;
  }

  add(sessionId: string): void {
    const now = Date.now();
    this.until.delete(sessionId);
    this.until.set(sessionId, now + this.keepMs);
    // In the order in which they were added: the first one that is still needed ends the search.
    for (const [oldest, until] of this.until) {
      if (until > now && this.until.size <= this.limit) return;
      this.until.delete(oldest);
    }
  }

  has(sessionId: string): boolean {
    const until = this.until.get(sessionId);
    return until !== undefined && until > Date.now();
  }
}
