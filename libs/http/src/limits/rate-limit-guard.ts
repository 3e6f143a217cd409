import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { callerOf } from '@florin/access';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientAddressOf, limitedAddress } from '../client-address';
import type { Limit } from './limit';
import { Limits } from './limits';
import type { RateLimitRule } from './rate-limit';

interface RouteLimit {
  limit: Limit;
  per: 'address' | 'user' | 'route';
}

/** Applies @RateLimit. A guard of the method, so the caller is known by the time it runs. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly byHandler = new WeakMap<object, RouteLimit[]>();

  constructor(private readonly limits: Limits) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    for (const { limit, per } of this.limitsOf(context)) {
      await this.limits.enforce(limit, keyOf(request, per), http.getResponse<FastifyReply>());
    }
    return true;
  }

  private limitsOf(context: ExecutionContext): RouteLimit[] {
    const handler = context.getHandler();
    let found = this.byHandler.get(handler);
    if (!found) {
      const rules = (Reflect.getMetadata('florin:rate-limit', handler) ?? []) as RateLimitRule[];
      const name = `${context.getClass().name}.${handler.name}`;
      found = rules.flatMap((rule, index) => {
        const limit = this.limits.route(`${name}.${index}`, rule);
        return limit ? [{ limit, per: rule.per ?? 'user' }] : [];
      });
      this.byHandler.set(handler, found);
    }
    return found;
  }
}

function keyOf(request: FastifyRequest, per: RouteLimit['per']): string {
  if (per === 'route') return 'all';
  const subject = per === 'user' ? callerOf(request)?.subject : undefined;
  return subject ?? limitedAddress(clientAddressOf(request));
}
