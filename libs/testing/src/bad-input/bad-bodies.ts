import { oddities } from './oddities';
import { type Schema, typeOf } from './operations';
import { type Known, sampleOf } from './values';

/** A body with one thing wrong, or at least odd, with it. */
export interface BadBody {
  what: string;
  body: unknown;
  /** Where, as our problems name it: `lines[0].quantity`; '' is the body itself. */
  field: string;
  /** Wrong in a way that the schema does not say. */
  refused?: boolean;
}

type Step = string | number;

/** Longest array that is tried; a longer one is over the size limit of a body and has its own row. */
const mostItems = 2_000;

/**
 * Bodies that are right but for one place: each field of the schema missing, of every wrong type, odd, too long, too many,
 * out of bounds, and a field that nobody asked for beside it.
 */
export function badBodies(schema: Schema, known: Known, good = sampleOf(schema, known, 1)): BadBody[] {
  const whole = oddities.map((body) => ({ what: `the body is ${shown(body)}`, body, field: '' }));
  const beside = schema.properties ? [withStranger(good, [])] : [];
  return [...whole, ...beside, ...placesOf(schema, []).flatMap((place) => wrongAt(place, good, known))];
}

interface Place {
  path: Step[];
  schema: Schema;
  required: boolean;
}

/** Every field of the schema and, of arrays, the first item. */
function placesOf(schema: Schema, path: Step[]): Place[] {
  const type = typeOf(schema);
  if (type === 'array' && schema.items) {
    const item = { path: [...path, 0], schema: schema.items, required: false };
    return [item, ...placesOf(schema.items, item.path)];
  }
  if (type !== 'object') return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const place = { path: [...path, name], schema: part, required: schema.required?.includes(name) ?? false };
    return [place, ...placesOf(part, place.path)];
  });
}

function wrongAt({ path, schema, required }: Place, good: unknown, known: Known): BadBody[] {
  const field = nameOf(path);
  const base = withParents(good, path, schema, known);
  const put = (value: unknown, what = `${field} is ${shown(value)}`): BadBody => ({
    what,
    body: set(base, path, value),
    field,
  });
  const wrong = [...oddities, ...beyond(schema, known)].map((value) => put(value));
  if (required) wrong.push(put(undefined, `${field} is missing`));
  if (schema.properties) wrong.push(withStranger(base, path));
  return wrong;
}

/** A field beside the others that nobody asked for. */
function withStranger(good: unknown, path: Step[]): BadBody {
  const stranger = [...path, 'nobody_asked'];
  const field = nameOf(stranger);
  return { what: `${field} is there`, body: set(good, stranger, 1), field, refused: true };
}

/** Values of the right type just past the bounds. */
function beyond(schema: Schema, known: Known): unknown[] {
  const past: unknown[] = [];
  if (schema.minimum !== undefined) past.push(schema.minimum - 1);
  if (schema.maximum !== undefined) past.push(schema.maximum + 1, -schema.maximum - 1);
  if (schema.maxLength !== undefined) past.push('a'.repeat(schema.maxLength + 1), '💥'.repeat(schema.maxLength + 1));
  if (schema.minLength !== undefined && schema.minLength > 1) past.push('a'.repeat(schema.minLength - 1));
  const { items, minItems, maxItems } = schema;
  if (items && maxItems !== undefined && maxItems < mostItems)
    past.push(Array.from({ length: maxItems + 1 }, (_, index) => sampleOf(items, known, index)));
  if (items && minItems !== undefined && minItems > 1) past.push([sampleOf(items, known, 1)]);
  if (items) past.push([sampleOf(items, known, 1), sampleOf(items, known, 1)]);
  return past;
}

/** The good body with everything above the place there, so that the place is all that is wrong. */
function withParents(good: unknown, path: Step[], schema: Schema, known: Known): unknown {
  return get(good, path.slice(0, -1)) === undefined ? set(good, path, sampleOf(schema, known, 1)) : good;
}

function get(value: unknown, path: Step[]): unknown {
  return path.reduce<unknown>(
    (part, step) => (part !== null && typeof part === 'object' ? (part as Record<Step, unknown>)[step] : undefined),
    value,
  );
}

/** A copy with another value at the place; undefined takes it out. */
function set(value: unknown, [step, ...rest]: Step[], put: unknown): unknown {
  if (step === undefined) return put;
  const part = get(value, [step]);
  const next = set(part, rest, put);
  if (typeof step === 'number') {
    const items = Array.isArray(value) ? (value as unknown[]) : [];
    return Object.assign([...items], { [step]: next });
  }
  const { [step]: _old, ...others } = (value ?? {}) as Record<string, unknown>;
  return next === undefined ? others : { ...others, [step]: next };
}

/** `['lines', 0, 'quantity']` → `lines[0].quantity`. */
function nameOf(path: Step[]): string {
  return path.reduce<string>(
    (name, step) => (typeof step === 'number' ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`),
    '',
  );
}

/** A value in so few characters that a line can hold it. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'undefined' : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}
