import { SetMetadata } from '@nestjs/common';

export const rateLimitKey = 'florin:rate-limit';

/** A limit of one route. `limit` requests per `windowSeconds` for each address, each user, or everybody together. */
export interface RateLimitRule {
  limit: number;
  windowSeconds: number;
  /** Whose requests are counted together; 'user' falls back to the address on public routes. Default 'user'. */
  per?: 'address' | 'user' | 'route';
  /** sliding_window (default) never lets more through in any window; token_bucket allows a burst of `limit` and then refills evenly. */
  algorithm?: 'sliding_window' | 'token_bucket';
  /** The limit shrinks while the process is in trouble (event-loop lag, 5xx). */
  adaptive?: boolean;
}

/** Limits a route beyond the general limits: `@RateLimit({ limit: 5, windowSeconds: 60, per: 'address' })`. Several may be given. */
export function RateLimit(...rules: [RateLimitRule, ...RateLimitRule[]]): MethodDecorator {
  return SetMetadata(rateLimitKey, rules);
}
