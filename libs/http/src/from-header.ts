import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export interface HeaderDescription {
  name: string;
  required: boolean;
  description: string;
  minLength?: number;
  maxLength?: number;
}

const headersKey = 'florin:headers';

/**
 * A parameter of a handler that comes from a header, and is in the OpenAPI document because of it:
 * `export const CartKey = fromHeader({ name: 'X-Cart-Key', … }, hashOf)`, then `@CartKey() key: string`.
 */
export function fromHeader(
  header: HeaderDescription,
  read: (value: string | string[] | undefined) => unknown,
): () => ParameterDecorator {
  const parameter = createParamDecorator((_: unknown, context: ExecutionContext): unknown =>
    read(context.switchToHttp().getRequest<FastifyRequest>().headers[header.name.toLowerCase()]),
  );
  return () => (target, property, index) => {
    parameter()(target, property, index);
    const handler: unknown =
      property === undefined ? undefined : (target as Record<string | symbol, unknown>)[property];
    if (typeof handler === 'function') Reflect.defineMetadata(headersKey, [...headersReadBy(handler), header], handler);
  };
}

/** The headers that a handler reads by `fromHeader`. */
export function headersReadBy(handler: object): readonly HeaderDescription[] {
  return (Reflect.getMetadata(headersKey, handler) as readonly HeaderDescription[] | undefined) ?? [];
}
