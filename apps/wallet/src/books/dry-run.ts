import { Refusal } from '@florin/kernel';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

const name = 'dry_run';

const fromQuery = createParamDecorator((_: unknown, context: ExecutionContext): boolean => {
  const query = context.switchToHttp().getRequest<FastifyRequest<{ Querystring: Record<string, unknown> }>>().query;
  const value = query[name];
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw Refusal.field('invalid', name, 'invalid_dry_run', 'dry_run is true or false.');
});

/** `?dry_run=true` decides by the real books, answers 200 and writes nothing: `@DryRun() isDryRun: boolean`. */
export function DryRun(): ParameterDecorator {
  return (target, property, index) => {
    fromQuery()(target, property, index);
    if (property === undefined) return;
    const method = Object.getOwnPropertyDescriptor(target, property);
    if (method) ApiQuery({ name, required: false, enum: ['true', 'false'] })(target, property, method);
  };
}
