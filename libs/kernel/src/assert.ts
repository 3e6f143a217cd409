/** A broken invariant: our mistake, never the caller's. Answers 500 and raises an alert. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Throws a Bug when the invariant does not hold. The message names the invariant. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** Gives the value, or a Bug where an index or a lookup that cannot miss has missed. */
export function present<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new Bug(message);
  return value;
}
