import { v5, v7 } from 'uuid';

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** A new id: UUID version 7 (RFC 9562), so ids sort by time and indexes grow at one end. */
export function newId(): string {
  return v7();
}

/** Whether this is a UUID of any version, in lower or upper case. */
export function isId(text: unknown): text is string {
  return typeof text === 'string' && pattern.test(text);
}

/** The same id for the same namespace id and name, always (UUID version 5): for effects that must not happen twice. */
export function derivedId(namespaceId: string, name: string): string {
  return v5(name, namespaceId);
}
