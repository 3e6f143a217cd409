import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Algorithm, Taken } from './counters';
import { limitScript } from './limit-script';
import { LocalCounts, LocalInsurance, LocalRefusal } from './local-counts';

export interface LimitOptions {
  /** Names the limit in the RateLimit headers. */
  policy: string;
  /** Names it in Redis. */
  name: string;
  algorithm: Algorithm;
  limit: number;
  windowSeconds: number;
  adaptive?: boolean | undefined;
  redis?: Redis | undefined;
}

/** Points a process takes from Redis at once and hands out itself: a hundredth of the limit, so small limits stay exact. */
const leaseShare = 100;
const largestLease = 50;
/** Borrowed points and remembered refusals are good for this long; then Redis is asked again. */
const leaseMs = 1_000;
const leaseLimit = 50_000;
/** A Redis that takes longer than this share of the command timeout is as good as gone for a while. */
const slowShare = 0.75;
const defaultTimeoutMs = 100;
const restMs = 1_000;

interface Lease {
  left: number;
  until: number;
  refused: Taken | undefined;
  remaining: number;
  waitMs: number;
  /** Points that requests are waiting for. */
  wanted: number;
  pending: Promise<void> | undefined;
}

/** Each round lets somebody in or refuses everybody, so this is never reached; a loop still has an end. */
const mostRounds = 1_000;

/**
 * One limit over many keys. With Redis it holds for all processes together; without, or while Redis is away, for each process alone.
 * Answers at once whenever it can: from memory, or from points borrowed in advance.
 */
export class Limit {
  /** For the RateLimit-Policy header (draft-ietf-httpapi-ratelimit-headers). */
  readonly policyHeader: string;
  private readonly local: LocalCounts;
  private readonly distributed: RateLimiterRedis | undefined;
  private readonly leases = new Map<string, Lease>();
  private readonly leaseSize: number;
  private readonly slowMs: number;
  private restUntil = 0;

  constructor(readonly options: LimitOptions) {
    const { algorithm, limit, windowSeconds, redis } = options;
    this.policyHeader = `"${options.policy}";q=${limit};w=${windowSeconds}`;
    this.local = new LocalCounts(algorithm, limit, windowSeconds * 1_000);
    this.leaseSize =
      algorithm === 'fixed_window' ? 1 : Math.max(1, Math.min(largestLease, Math.floor(limit / leaseShare)));
    this.slowMs = (redis?.options.commandTimeout ?? defaultTimeoutMs) * slowShare;
    if (redis) {
      this.distributed = new RateLimiterRedis({
        storeClient: redis,
        // The first letter tells the script which algorithm to run.
        keyPrefix: `${algorithm === 'sliding_window' ? 's' : algorithm === 'token_bucket' ? 'b' : 'f'}:${options.name}`,
        points: limit,
        duration: windowSeconds,
        rejectIfRedisNotReady: true,
        customIncrTtlLuaScript: limitScript,
        insuranceLimiter: new LocalInsurance(this.local),
      });
    }
  }

  /** Asks for room for one request of this cost. */
  take(key: string, cost = 1): Taken | Promise<Taken> {
    const now = Date.now();
    if (!this.distributed || now < this.restUntil) return this.local.take(key, cost);
    const lease = this.leaseOf(key);
    return this.fromLease(lease, cost, now) ?? this.borrowAndTake(this.distributed, key, lease, cost);
  }

  private leaseOf(key: string): Lease {
    let lease = this.leases.get(key);
    if (!lease) {
      lease = { left: 0, until: 0, refused: undefined, remaining: 0, waitMs: 0, wanted: 0, pending: undefined };
      this.leases.set(key, lease);
      if (this.leases.size > leaseLimit) {
        const oldest = this.leases.keys().next();
        if (!oldest.done) this.leases.delete(oldest.value);
      }
    }
    return lease;
  }

  private fromLease(lease: Lease, cost: number, now: number): Taken | undefined {
    if (now >= lease.until) return undefined;
    if (lease.left >= cost) {
      lease.left -= cost;
      return { allowed: true, remaining: lease.remaining + lease.left, waitMs: lease.waitMs };
    }
    return lease.refused;
  }

  private async borrowAndTake(limiter: RateLimiterRedis, key: string, lease: Lease, cost: number): Promise<Taken> {
    lease.wanted += cost;
    try {
      for (let round = 0; round < mostRounds; round += 1) {
        // Whoever waits for the same key shares one question to Redis.
        lease.pending ??= this.borrow(limiter, key, lease, cost).finally(() => (lease.pending = undefined));
        await lease.pending;
        const taken = this.fromLease(lease, cost, Date.now());
        if (taken) return taken;
      }
    } finally {
      lease.wanted -= cost;
    }
    return this.local.take(key, cost);
  }

  /** Borrows for everybody who waits; near the limit for fewer, and at last for one. */
  private async borrow(limiter: RateLimiterRedis, key: string, lease: Lease, cost: number): Promise<void> {
    const started = Date.now();
    const sizes =
      this.options.algorithm === 'fixed_window'
        ? [cost]
        : [Math.max(lease.wanted, this.leaseSize), this.leaseSize, cost];
    let granted = 0;
    let answer: Taken | undefined;
    for (const size of [...new Set(sizes)]) {
      if (size < cost || answer?.allowed) continue;
      answer = await consume(limiter, key, size);
      granted = size;
    }
    const taken = answer ?? { allowed: false, remaining: 0, waitMs: leaseMs };
    const now = Date.now();
    if (now - started > this.slowMs) this.restUntil = now + restMs;
    lease.left = taken.allowed ? granted : 0;
    lease.refused = taken.allowed ? undefined : taken;
    lease.remaining = taken.remaining;
    lease.waitMs = taken.waitMs;
    lease.until = now + Math.min(leaseMs, taken.allowed ? leaseMs : taken.waitMs);
  }
}

async function consume(limiter: RateLimiterRedis, key: string, points: number): Promise<Taken> {
  try {
    const result = await limiter.consume(key, points);
    return { allowed: true, remaining: result.remainingPoints, waitMs: result.msBeforeNext };
  } catch (result) {
    if (result instanceof LocalRefusal) return result.taken;
    if (!(result instanceof RateLimiterRes)) throw result;
    return { allowed: false, remaining: 0, waitMs: Math.max(1, result.msBeforeNext) };
  }
}
