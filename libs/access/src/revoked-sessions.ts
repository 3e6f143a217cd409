/** How many revoked sessions are remembered. Beyond it the oldest is dropped: its access tokens have long expired. */
const limit = 100_000;

/**
 * Sessions whose access tokens must not be accepted any more, although they have not expired.
 * A service feeds it from `auth.session.revoked`; entries live as long as an access token can.
 */
export class RevokedSessions {
  private readonly until = new Map<string, number>();

  constructor(private readonly keepMs = 3_600_000) {}

  add(sessionId: string): void {
    this.until.delete(sessionId);
    this.until.set(sessionId, Date.now() + this.keepMs);
    if (this.until.size > limit) {
      const oldest = this.until.keys().next();
      if (!oldest.done) this.until.delete(oldest.value);
    }
  }

  has(sessionId: string): boolean {
    const until = this.until.get(sessionId);
    if (until === undefined) return false;
    if (until > Date.now()) return true;
    this.until.delete(sessionId);
    return false;
  }
}
