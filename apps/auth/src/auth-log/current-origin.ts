import { clientAddressOf } from '@florin/http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Origin } from './auth-log';

/** Where a request comes from: `@CurrentOrigin() origin: Origin`. */
export const CurrentOrigin = createParamDecorator((_: unknown, context: ExecutionContext): Origin => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { address: clientAddressOf(request), userAgent: request.headers['user-agent'] };
});
