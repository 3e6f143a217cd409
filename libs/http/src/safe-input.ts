import { mentionsCard, Refusal } from '@florin/kernel';
import { isStorableText } from './storable-text';

/** Deeper JSON than this is an attack on recursive code, not a request. */
const deepest = 32;
/** Longest array anywhere in a body; routes set their own, smaller bounds. */
const longestArray = 10_000;

/** Names that reach an object's prototype when code copies or instantiates input carelessly (prototype pollution). */
const poisoned: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Refuses input that no route may see: text that PostgreSQL cannot keep, card numbers, keys that pollute prototypes,
 * nesting or arrays beyond all measure (SEC-13). Walks the value once; a small body costs about a microsecond.
 */
export function refuseUnsafe(value: unknown, path = '', depth = 0): void {
  if (typeof value === 'string') {
    if (!isStorableText(value))
      throw unsafe(path, 'unstorable_text', 'Text must not hold NUL characters or halves of surrogate pairs.');
    if (mentionsCard(value))
      throw unsafe(path, 'card_number', 'Card numbers are not taken: send a token of the card processor.');
    return;
  }
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return;
  if (depth >= deepest) throw unsafe('', 'too_deep', `JSON may be nested ${deepest} levels deep.`);
  if (Array.isArray(value)) {
    if (value.length > longestArray) throw unsafe(path, 'too_many_items', `An array may have ${longestArray} items.`);
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      // class-validator would look through the inner array and let it pass as an object.
      if (Array.isArray(item)) throw unsafe(path, 'nested_array', 'An array may not hold arrays.');
      if (typeof item === 'string' || (typeof item === 'object' && item !== null))
        refuseUnsafe(item, `${path}[${index}]`, depth + 1);
    }
    return;
  }
  for (const key of Object.keys(value)) {
    if (poisoned.has(key) || !isStorableText(key))
      throw unsafe(path, 'forbidden_name', 'A field has a name that is never allowed.');
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === 'string' || (typeof member === 'object' && member !== null))
      refuseUnsafe(member, path === '' ? key : `${path}.${key}`, depth + 1);
  }
}

function unsafe(field: string, code: string, message: string): Refusal {
  return new Refusal('invalid', 'validation_failed', message, { errors: [{ field, code, message }] });
}
