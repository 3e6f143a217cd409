import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Algorithm, algorithms, type Count, type Taken } from './counters';

/** Keys kept per limit. Beyond it the least recently used is forgotten: an attacker with many addresses costs 10 MB, not the process. */
const keyLimit = 50_000;

/** The counts of one limit in this process's memory. */
export class LocalCounts {
  private readonly counts = new Map<string, Count>();

  constructor(
    readonly algorithm: Algorithm,
    readonly limit: number,
    readonly windowMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  take(key: string, cost = 1): Taken {
    let count = this.counts.get(key);
    if (count) this.counts.delete(key);
    else count = { mark: this.algorithm === 'sliding_window' ? 0 : this.now(), used: 0, before: 0 };
    this.counts.set(key, count);
    if (this.counts.size > keyLimit) this.dropOldest();
    return algorithms[this.algorithm](count, this.now(), cost, this.limit, this.windowMs);
  }

  private dropOldest(): void {
    const oldest = this.counts.keys().next();
    if (!oldest.done) this.counts.delete(oldest.value);
  }
}

/** The same counts as rate-limiter-flexible wants its insurance: used while Redis cannot be reached (GW-12). */
export class LocalInsurance extends RateLimiterMemory {
  constructor(private readonly local: LocalCounts) {
    super({ points: local.limit, duration: Math.ceil(local.windowMs / 1_000) });
  }

  override consume(key: string | number, points = 1): Promise<RateLimiterRes> {
    const taken = this.local.take(String(key), points);
    const consumed = this.local.limit - taken.remaining;
    if (!taken.allowed) return Promise.reject(new LocalRefusal(taken));
    return Promise.resolve(new RateLimiterRes(taken.remaining, taken.waitMs, consumed));
  }
}

/** How the insurance says no: rate-limiter-flexible hands a rejection on as it is. */
export class LocalRefusal extends Error {
  override readonly name = 'LocalRefusal';

  constructor(readonly taken: Taken) {
    super('No room in this process');
  }
}
