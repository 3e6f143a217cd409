import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { assert } from '@florin/kernel';
import { RateLimitGuard } from './rate-limit-guard';

export const rateLimitKey = 'florin:rate-limit';

/** A limit of one route: `limit` requests in `windowSeconds` for each address, each user, or everybody together. */
export interface RateLimitRule {
  limit: number;
  windowSeconds: number;
  /** Whose requests are counted together; 'user' means the address where nobody is signed in. Default 'user'. */
  per?: 'address' | 'user' | 'route';
  /**
   * 'sliding_window' (default) spreads over window borders, so no burst of twice the limit fits around one;
   * 'token_bucket' allows a burst of `limit` and then refills evenly.
   */
  algorithm?: 'sliding_window' | 'token_bucket';
  /** The limit shrinks to a half, a quarter, a tenth while the process is in trouble (event-loop lag, share of 5xx). */
  adaptive?: boolean;
}

/** Limits a route beyond the general limits: `@RateLimit({ limit: 5, windowSeconds: 60, per: 'address' })`. Several may be given. */
export function RateLimit(...rules: [RateLimitRule, ...RateLimitRule[]]): MethodDecorator {
  for (const rule of rules) {
    assert(Number.isInteger(rule.limit) && rule.limit > 0, 'a rate limit is a positive whole number');
    assert(Number.isInteger(rule.windowSeconds) && rule.windowSeconds > 0, 'a rate limit window is whole seconds');
  }
  return applyDecorators(SetMetadata(rateLimitKey, rules), UseGuards(RateLimitGuard));
}
