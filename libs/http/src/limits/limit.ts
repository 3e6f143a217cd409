import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Algorithm, Taken } from './counters';
import { limitScript } from './limit-script';
import { LocalCounts, LocalInsurance } from './local-counts';

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
/** A Redis that takes longer than this is as good as gone for a while. */
const slowMs = 75;
const restMs = 1_000;

interface Lease {
  left: number;
  until: number;
  refused: Taken | undefined;
  remaining: number;
  waitMs: number;
  pending: Promise<void> | undefined;
}

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
  private restUntil = 0;

  constructor(readonly options: LimitOptions) {
    const { algorithm, limit, windowSeconds, redis } = options;
    this.policyHeader = `"${options.policy}";q=${limit};w=${windowSeconds}`;
    this.local = new LocalCounts(algorithm, limit, windowSeconds * 1_000);
    this.leaseSize = algorithm === 'fixed_window' ? 1 : Math.max(1, Math.min(largestLease, Math.floor(limit / leaseShare)));
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
      lease = { left: 0, until: 0, refused: undefined, remaining: 0, waitMs: 0, pending: undefined };
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
    // Whoever waits for the same key shares one question to Redis; a few rounds are enough for any burst.
    for (let round = 0; round < 10; round += 1) {
      lease.pending ??= this.borrow(limiter, key, lease, cost).finally(() => (lease.pending = undefined));
      await lease.pending;
      const taken = this.fromLease(lease, cost, Date.now());
      if (taken) return taken;
    }
    return this.local.take(key, cost);
  }

  private async borrow(limiter: RateLimiterRedis, key: string, lease: Lease, cost: number): Promise<void> {
    const started = Date.now();
    const size = Math.max(cost, this.leaseSize);
    let granted = size;
    let answer = await consume(limiter, key, size);
    if (!answer.allowed && size > cost) {
      granted = cost;
      answer = await consume(limiter, key, cost);
    }
    const now = Date.now();
    if (now - started > slowMs) this.restUntil = now + restMs;
    lease.left = answer.allowed ? granted : 0;
    lease.refused = answer.allowed ? undefined : answer;
    lease.remaining = answer.remaining;
    lease.waitMs = answer.waitMs;
    lease.until = now + Math.min(leaseMs, answer.allowed ? leaseMs : answer.waitMs);
  }
}

async function consume(limiter: RateLimiterRedis, key: string, points: number): Promise<Taken> {
  try {
    const result = await limiter.consume(key, points);
    return { allowed: true, remaining: result.remainingPoints, waitMs: result.msBeforeNext };
  } catch (result) {
    if (!(result instanceof RateLimiterRes)) throw result;
    return { allowed: false, remaining: 0, waitMs: Math.max(1, result.msBeforeNext) };
  }
}
