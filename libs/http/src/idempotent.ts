import {
  applyDecorators,
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { assert } from '@florin/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { Answered } from './answered';
import { type IdempotentRequest, idempotentRequestOf } from './idempotent-request';

export const idempotentKey = 'florin:idempotent';

const requests = new WeakMap<FastifyRequest, IdempotentRequest>();

class IdempotentInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    requests.set(request, idempotentRequestOf(request));
    return next.handle().pipe(map((answer: unknown) => unwrap(answer, http.getResponse<FastifyReply>(), context)));
  }
}

function unwrap(answer: unknown, reply: FastifyReply, context: ExecutionContext): unknown {
  const route = `${context.getClass().name}.${context.getHandler().name}`;
  assert(answer instanceof Answered, `${route} is @Idempotent() and must return what Idempotency.once or onceAll gave`);
  if (answer.replayed) void reply.header('Idempotent-Replayed', 'true');
  void reply.status(answer.status);
  return answer.body;
}

/**
 * The route needs an Idempotency-Key and returns the `Answered` of `Idempotency.once` or `onceAll`; its status and body are
 * sent, with `Idempotent-Replayed: true` when it is a repeated answer.
 */
export function Idempotent(): MethodDecorator {
  return applyDecorators(SetMetadata(idempotentKey, true), UseInterceptors(new IdempotentInterceptor()));
}

/** The parameter of an @Idempotent() handler that `Idempotency.once` needs: `@IdempotencyRequest() request: IdempotentRequest`. */
export const IdempotencyRequest = createParamDecorator((_: unknown, context: ExecutionContext): IdempotentRequest => {
  const found = requests.get(context.switchToHttp().getRequest<FastifyRequest>());
  assert(found, '@IdempotencyRequest() needs @Idempotent() on the handler');
  return found;
});
