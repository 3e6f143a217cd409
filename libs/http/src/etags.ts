import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Refusal } from '@florin/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The entity tag of a version counter: `"3"`. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** Sets the ETag header of an answer from its version. */
export function tag(reply: FastifyReply, version: number): void {
  void reply.header('ETag', etagOf(version));
}

export const ifMatchKey = 'florin:if-match';

const ifMatch = createParamDecorator((_: unknown, context: ExecutionContext): number =>
  versionFrom(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
);

/**
 * The version that a change is based on, from If-Match: `@IfMatch() version: number`.
 * Refuses with 428 when it is missing and with 412 when it is no version of ours.
 */
export function IfMatch(): ParameterDecorator {
  return (target, property, index) => {
    ifMatch()(target, property, index);
    const handler: unknown =
      property === undefined ? undefined : (target as Record<string | symbol, unknown>)[property];
    if (typeof handler === 'function') Reflect.defineMetadata(ifMatchKey, true, handler);
  };
}

/** The version in an If-Match header. */
export function versionFrom(header: string | undefined): number {
  if (header === undefined) {
    throw new Refusal(
      'precondition_required',
      'if_match_required',
      'Send If-Match with the ETag of the version you are changing.',
    );
  }
  const version = /^"(\d{1,15})"$/.exec(header.trim())?.[1];
  if (version === undefined) throw versionMismatch();
  return Number(version);
}

/** Refuses with 412 when the thing has changed since the caller read it. */
export function requireVersion(expected: number, actual: number): void {
  if (expected !== actual) throw versionMismatch();
}

function versionMismatch(): Refusal {
  return new Refusal(
    'precondition_failed',
    'version_mismatch',
    'It was changed in the meantime. Read it again and repeat your change.',
  );
}
