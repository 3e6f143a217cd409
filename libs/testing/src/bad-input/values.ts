import fc from 'fast-check';
import { type Schema, typeOf } from './operations';

/** Values that exist at the service, by the name of the field that wants one: `{ variant_id: ['…'] }`. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

export interface ValueOptions {
  known?: Known;
  /** How fields that may be left out are treated: sometimes there (default), or never. */
  optional?: 'sometimes' | 'never';
}

/** Names whose values a schema cannot tell from any other text. */
const byName: Readonly<Record<string, readonly string[]>> = {
  currency: ['EUR', 'EUR', 'USD', 'JPY'],
  time_zone: ['Europe/Amsterdam', 'UTC', 'Asia/Kathmandu'],
  locale: ['en', 'nl-NL'],
  card_token: ['tok_visa', 'tok_declined'],
};

const earliest = Date.parse('1990-01-01T00:00:00Z');
const latest = Date.parse('2060-01-01T00:00:00Z');

/** Values that the schema allows. Every date, id and address is well-formed; what it means is up to chance. */
export function valuesOf(schema: Schema, options: ValueOptions = {}, name = ''): fc.Arbitrary<unknown> {
  const known = options.known?.[name];
  if (known !== undefined && known.length > 0) return fc.constantFrom(...known);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, options, name)));
  switch (typeOf(schema)) {
    case 'object':
      return objectsOf(schema, options);
    case 'array': {
      const least = schema.minItems ?? 0;
      const most = Math.max(
        least,
        Math.min(schema.maxItems ?? 3, options.optional === 'never' ? Math.max(1, least) : 5),
      );
      const item = valuesOf(schema.items ?? {}, options, name);
      const bounds = {
        minLength: Math.min(Math.max(least, options.optional === 'never' ? 1 : 0), most),
        maxLength: most,
      };
      return schema.uniqueItems ? fc.uniqueArray(item, bounds) : fc.array(item, bounds);
    }
    case 'integer':
      return integersOf(schema);
    case 'number':
      return fc.oneof(
        integersOf(schema),
        fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true }),
      );
    case 'boolean':
      return fc.boolean();
    case 'string':
      return textsOf(schema, name);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectsOf(schema: Schema, options: ValueOptions): fc.Arbitrary<unknown> {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {})
    .filter(([field]) => required.has(field) || options.optional !== 'never')
    .map(([field, part]) => [field, valuesOf(part, options, field)] as const);
  if (fields.length === 0) return schema.properties ? fc.constant({}) : fc.dictionary(fc.string(), fc.string());
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required], noNullPrototype: true });
}

function integersOf(schema: Schema): fc.Arbitrary<number> {
  const min = Math.ceil(schema.minimum ?? (schema.exclusiveMinimum ?? -1) + 1);
  const max = Math.floor(schema.maximum ?? (schema.exclusiveMaximum ?? Number.MAX_SAFE_INTEGER) - 1);
  // What people ask for, and now and then the edge of what may be asked for.
  return fc.oneof(
    { arbitrary: fc.integer({ min, max: Math.max(min, Math.min(max, min + 20)) }), weight: 4 },
    { arbitrary: fc.maxSafeInteger().map((value) => Math.min(max, Math.max(min, value))), weight: 1 },
    { arbitrary: fc.constantFrom(min, max), weight: 1 },
  );
}

function textsOf(schema: Schema, name: string): fc.Arbitrary<unknown> {
  const named = byName[name];
  if (named) return fc.constantFrom(...named);
  switch (schema.format) {
    case 'uuid':
      return fc.uuid({ version: 7 });
    case 'date-time':
      return fc
        .date({ min: new Date(earliest), max: new Date(latest), noInvalidDate: true })
        .map((at) => at.toISOString());
    case 'email':
      return fc.nat().map((number) => `someone${number}@odd.test`);
    case 'uri':
      return fc.webPath().map((path) => `https://hooks.odd.test${path}`);
    default:
      break;
  }
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
  const minLength = schema.minLength ?? 0;
  const maxLength = Math.max(minLength, Math.min(schema.maxLength ?? 40, minLength + 40));
  return fc.oneof(
    fc.string({ minLength, maxLength }),
    // Whole characters of every kind, none that JSON or PostgreSQL cannot keep.
    fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.floor(maxLength / 4)) }),
    fc.constant('A plain text of some length that is long enough').map((text) => text.slice(0, maxLength)),
  );
}

/** One value that the schema allows, the same for the same seed: the least that a request may say, or some more. */
export function sampleOf(schema: Schema, known: Known, seed: number, more = false): unknown {
  const values = valuesOf(schema, { known, optional: more ? 'sometimes' : 'never' });
  return fc.sample(values, { seed, numRuns: 1 })[0];
}
