import { AsyncLocalStorage } from 'node:async_hooks';

/** Facts about what is being handled, that belong on every line it logs. */
export type LogFields = Record<string, string | number | boolean | undefined>;

const store = new AsyncLocalStorage<LogFields>();

/** Runs the work with fields of its own; lines logged inside carry them. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return store.run({ ...store.getStore(), ...fields }, work);
}

/** Adds to what is being handled now, for example the order that a request turned out to be about: `addLogFields({ order_id })`. */
export function addLogFields(fields: LogFields): void {
  const current = store.getStore();
  if (current) Object.assign(current, fields);
}

/** The fields of the request or message being handled, if one is. */
export function currentLogFields(): LogFields | undefined {
  return store.getStore();
}
