import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './schema';

/**
 * What in a new schema would break senders or hearers of the old one, as sentences; empty when the change is additive.
 * Queues hold messages of yesterday and hearers of yesterday still run during a rollout, so both directions count:
 * a field may be added when it may be left out, and nothing else may change.
 */
export function breakingChanges(before: JsonSchema, after: JsonSchema, path = ''): string[] {
  const was = before.properties ?? {};
  const is = after.properties ?? {};
  const required = { before: new Set(before.required), after: new Set(after.required) };
  const changes: string[] = [];
  for (const [name, old] of Object.entries(was)) {
    const field = path + name;
    const now = is[name];
    if (!now) changes.push(`${field} was removed: hearers still read it`);
    else changes.push(...fieldChanges(field, old, now));
    if (now && required.before.has(name) !== required.after.has(name)) {
      changes.push(
        required.after.has(name)
          ? `${field} became required: messages already said may lack it`
          : `${field} became optional: hearers count on it`,
      );
    }
  }
  for (const name of Object.keys(is)) {
    if (!was[name] && required.after.has(name)) {
      changes.push(`${path}${name} is new and required: messages already said lack it`);
    }
  }
  return changes;
}

function fieldChanges(field: string, before: JsonSchema, after: JsonSchema): string[] {
  const { items: oldItems, ...old } = before;
  const { items: newItems, ...now } = after;
  const changes: string[] = [];
  if (!isDeepStrictEqual(old, now)) {
    changes.push(
      `${field} changed from ${JSON.stringify(old)} to ${JSON.stringify(now)}: one side would refuse the other`,
    );
  }
  if (oldItems && newItems) changes.push(...breakingChanges(oldItems, newItems, `${field}[].`));
  else if (oldItems || newItems) changes.push(`${field} changed between a list and a single value`);
  return changes;
}
