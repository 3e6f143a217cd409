/** The outcome of asking a limit for room. */
export interface Taken {
  allowed: boolean;
  /** Whole requests left. */
  remaining: number;
  /** When allowed: until the count starts afresh; when not: until it is worth another try. */
  waitMs: number;
}

export type Algorithm = 'sliding_window' | 'token_bucket' | 'fixed_window';

/** What one key has used. `mark` is the start of the window, or the instant of the last refill. */
export interface Count {
  mark: number;
  used: number;
  before: number;
}

/**
 * The arithmetic of the limits on one key, in milliseconds. It changes the count only when the request is allowed, so somebody who
 * keeps hammering is let in again as soon as their window has room. The Lua script for Redis says the same.
 */
export const algorithms: Record<
  Algorithm,
  (count: Count, now: number, cost: number, limit: number, windowMs: number) => Taken
> = {
  /** The window now plus the share of the last one that still overlaps (sliding window counter). */
  sliding_window(count, now, cost, limit, windowMs) {
    const start = now - (now % windowMs);
    if (count.mark !== start) {
      count.before = count.mark === start - windowMs ? count.used : 0;
      count.used = 0;
      count.mark = start;
    }
    const elapsed = now - start;
    const overlap = count.before * (1 - elapsed / windowMs);
    if (overlap + count.used + cost <= limit) {
      count.used += cost;
      return { allowed: true, remaining: Math.floor(limit - overlap - count.used), waitMs: windowMs - elapsed };
    }
    const room = limit - cost - count.used;
    // Either enough of the last window slides out of view, or we wait for the next one.
    const waitMs = room >= 0 && count.before > 0 ? windowMs * (1 - room / count.before) - elapsed : windowMs - elapsed;
    return { allowed: false, remaining: 0, waitMs: Math.max(1, Math.ceil(waitMs)) };
  },

  /** A burst of up to the limit, refilled evenly over the window. */
  token_bucket(count, now, cost, limit, windowMs) {
    count.used = Math.max(0, count.used - ((now - count.mark) * limit) / windowMs);
    count.mark = now;
    if (count.used + cost <= limit) {
      count.used += cost;
      return {
        allowed: true,
        remaining: Math.floor(limit - count.used),
        waitMs: Math.ceil((count.used * windowMs) / limit),
      };
    }
    return {
      allowed: false,
      remaining: 0,
      waitMs: Math.max(1, Math.ceil(((count.used + cost - limit) * windowMs) / limit)),
    };
  },

  /** Counts everything, also what it refuses: for strikes. */
  fixed_window(count, now, cost, limit, windowMs) {
    if (now - count.mark >= windowMs) {
      count.mark = now;
      count.used = 0;
    }
    count.used += cost;
    return {
      allowed: count.used <= limit,
      remaining: Math.max(0, limit - count.used),
      waitMs: count.mark + windowMs - now,
    };
  },
};
