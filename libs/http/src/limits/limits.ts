import type { Caller } from '@florin/access';
import { Refusal } from '@florin/kernel';
import type { FastifyReply } from 'fastify';
import type { Redis } from 'ioredis';
import type { HttpConfig } from '../config';
import type { Taken } from './counters';
import { Limit } from './limit';
import type { Pressure } from './pressure';
import type { RateLimitRule } from './rate-limit';

/** The general limits of a service and those of its routes. */
export class Limits {
  readonly address: Limit | undefined;
  private readonly user: Limit | undefined;

  constructor(
    private readonly service: string,
    private readonly config: HttpConfig,
    private readonly pressure: Pressure,
    private readonly redis: Redis | undefined,
  ) {
    this.address = this.perMinute('address', config.addressPerMinute, 'token_bucket');
    this.user = this.perMinute('user', config.userPerMinute, 'sliding_window');
  }

  private perMinute(policy: string, limit: number, algorithm: 'token_bucket' | 'sliding_window'): Limit | undefined {
    if (limit === 0) return undefined;
    const name = `${this.service}:${policy}`;
    return new Limit({
      policy,
      name,
      algorithm,
      limit,
      windowSeconds: 60,
      adaptive: this.config.adaptive,
      redis: this.redis,
    });
  }

  /** The limit of a route's rule, scaled by RATE_LIMIT_ROUTE_FACTOR; undefined when that is 0 (off). */
  route(name: string, rule: RateLimitRule): Limit | undefined {
    if (this.config.routeFactor === 0) return undefined;
    return new Limit({
      policy: rule.per ?? 'user',
      name: `${this.service}:${name}`,
      algorithm: rule.algorithm ?? 'sliding_window',
      limit: Math.max(1, Math.round(rule.limit * this.config.routeFactor)),
      windowSeconds: rule.windowSeconds,
      adaptive: rule.adaptive,
      redis: this.redis,
    });
  }

  /** Takes room for one request. Answers at once when it can; the caller awaits only what is a promise. */
  take(limit: Limit, key: string): Taken | Promise<Taken> {
    return limit.take(key, limit.options.adaptive ? Math.min(this.pressure.cost, limit.options.limit) : 1);
  }

  /** Takes room, sets the RateLimit headers, and refuses with 429 when there is none. */
  async enforce(limit: Limit, key: string, reply: FastifyReply): Promise<void> {
    const taken = this.take(limit, key);
    const refusal = told(limit, taken instanceof Promise ? await taken : taken, reply);
    if (refusal) throw refusal;
  }

  /** The limit per user, asked once the caller is known. */
  forUser(caller: Caller, reply: FastifyReply): void | Promise<void> {
    const limit = this.user;
    if (!limit) return;
    const taken = this.take(limit, caller.subject);
    if (taken instanceof Promise) return taken.then((late) => refuse(told(limit, late, reply)));
    refuse(told(limit, taken, reply));
  }
}

/** Sets the RateLimit headers; gives the refusal when there is no room. */
export function told(limit: Limit, taken: Taken, reply: FastifyReply): Refusal | undefined {
  const seconds = Math.ceil(taken.waitMs / 1_000);
  add(reply, 'RateLimit-Policy', limit.policyHeader);
  add(reply, 'RateLimit', `"${limit.options.policy}";r=${taken.remaining};t=${seconds}`);
  if (taken.allowed) return undefined;
  const { policy, limit: quota, windowSeconds } = limit.options;
  return new Refusal(
    'rate_limited',
    'rate_limited',
    `The limit is ${quota} requests in ${windowSeconds} s per ${policy}.`,
    {
      retryAfterSeconds: Math.max(1, seconds),
    },
  );
}

function add(reply: FastifyReply, name: string, value: string): void {
  const before = reply.getHeader(name);
  void reply.header(name, before === undefined ? value : `${String(before)}, ${value}`);
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal) throw refusal;
}
