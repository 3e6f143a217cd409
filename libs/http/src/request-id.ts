import { randomUUID } from 'node:crypto';
import { mentionsCard } from '@florin/kernel';

const safe = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,127}$/;
const traceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The client's Request-Id (or X-Request-Id) when it is safe to log and store, else a new one: a random UUID, which is made ten times
 * faster than one that sorts by time, and nothing is indexed by it.
 */
export function requestIdOf(headers: NodeJS.Dict<string | string[]>): string {
  const given = headers['request-id'] ?? headers['x-request-id'];
  return typeof given === 'string' && safe.test(given) && !mentionsCard(given) ? given : randomUUID();
}

/** The W3C trace context of the request, when it is well formed. */
export function traceparentOf(headers: NodeJS.Dict<string | string[]>): string | undefined {
  const given = headers['traceparent'];
  return typeof given === 'string' && traceparent.test(given) ? given : undefined;
}
