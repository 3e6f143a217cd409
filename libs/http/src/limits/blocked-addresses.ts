import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Limit } from './limit';

const addressLimit = 20_000;
/** How long an address that Redis knows nothing about is not asked for again. */
const recheckMs = 1_000;

export interface BlockingOptions {
  /** Refused requests (401, 429, unknown routes) a minute that make an address an abuser; 0 switches blocking off. */
  strikesPerMinute: number;
  blockSeconds: number;
}

/** Addresses that are shut out for a while because nearly all they send is refused (GW-14). Shared through Redis when there is one. */
export class BlockedAddresses {
  private readonly logger = new Logger(BlockedAddresses.name);
  private readonly until = new Map<string, number>();
  private readonly checkedAt = new Map<string, number>();
  private readonly strikes: Limit | undefined;

  constructor(
    private readonly options: BlockingOptions,
    private readonly redis: Redis | undefined,
  ) {
    const { strikesPerMinute: limit } = options;
    if (limit > 0) {
      this.strikes = new Limit({
        policy: 'strikes',
        name: 'strikes',
        algorithm: 'fixed_window',
        limit,
        windowSeconds: 60,
        redis,
      });
    }
  }

  /** Seconds for which the address is still shut out; 0 when it is not. */
  secondsLeft(address: string): number {
    if (!this.strikes) return 0;
    const until = this.until.get(address);
    if (until === undefined) {
      this.askRedis(address);
      return 0;
    }
    const left = until - Date.now();
    if (left <= 0) this.until.delete(address);
    return Math.max(0, Math.ceil(left / 1_000));
  }

  /** Counts a refused request; shuts the address out when there were too many. */
  async strike(address: string): Promise<void> {
    if (!this.strikes) return;
    const taken = await this.strikes.take(address);
    if (taken.allowed || this.until.has(address)) return;
    this.remember(address, Date.now() + this.options.blockSeconds * 1_000);
    this.logger.warn(
      { address, seconds: this.options.blockSeconds },
      'Address blocked: nearly all it sends is refused',
    );
    if (this.redis?.status === 'ready')
      await this.redis.set(`blocked:${address}`, '1', 'EX', this.options.blockSeconds);
  }

  private remember(address: string, until: number): void {
    this.until.set(address, until);
    dropOldestAbove(this.until, addressLimit);
  }

  /** Learns of blocks by other processes, in the background: the first requests of a second never wait for it. */
  private askRedis(address: string): void {
    if (this.redis?.status !== 'ready') return;
    const now = Date.now();
    if (now - (this.checkedAt.get(address) ?? 0) < recheckMs) return;
    this.checkedAt.set(address, now);
    dropOldestAbove(this.checkedAt, addressLimit);
    this.redis.pttl(`blocked:${address}`).then(
      (ttlMs) => {
        if (ttlMs > 0) this.remember(address, Date.now() + ttlMs);
      },
      (error: unknown) => this.logger.debug(error, 'Redis did not say whether an address is blocked'),
    );
  }
}

function dropOldestAbove(map: Map<string, number>, limit: number): void {
  if (map.size <= limit) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
