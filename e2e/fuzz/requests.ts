import fc from 'fast-check';
import { type Permission, permissionsOf } from '@florin/access';
import { oddities, oddBodies, oddQueries, oddSegments, type Operation, valuesOf } from '@florin/testing';
import { cartKey, type Somebody, type World } from './world';

/** One request as it goes out. */
export interface FuzzedRequest {
  operation: Operation;
  who: Somebody;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

/** Requests to every route alike: as the document wants them, a little wrong, and very wrong. */
export function requestsTo(world: World): fc.Arbitrary<FuzzedRequest> {
  return fc.constantFrom(...world.operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      who: callersOf(operation, world),
      path: pathsOf(operation, world),
      headers: headersOf(operation, world),
      body:
        operation.method === 'GET' || operation.method === 'DELETE'
          ? fc.constant(undefined)
          : bodiesOf(operation, world),
    }),
  );
}

/** Mostly somebody who may, so that most requests reach what is behind the gate. */
function callersOf({ isPublic, permissions }: Operation, { people }: World): fc.Arbitrary<Somebody> {
  const mayCall = ({ role }: Somebody) =>
    role !== undefined && permissions.some((permission) => permissionsOf(role).has(permission as Permission));
  const welcome = isPublic ? people : people.filter(mayCall);
  return fc.oneof(
    { arbitrary: fc.constantFrom(...welcome), weight: 5 },
    { arbitrary: fc.constantFrom(...people), weight: 1 },
  );
}

function pathsOf(operation: Operation, { known }: World): fc.Arbitrary<string> {
  const parts = operation.path.split(/(\{\w+\})/).map((part, index, all) => {
    if (!part.startsWith('{')) return fc.constant(part);
    const before = all.slice(0, index).join('').replace('/api/v1', '').replace(/\/$/, '');
    const things = known[before] ?? known[part.slice(1, -1)] ?? [];
    return fc.oneof(
      { arbitrary: things.length > 0 ? fc.constantFrom(...things.map(String)) : fc.uuid(), weight: 8 },
      { arbitrary: fc.uuid(), weight: 1 },
      { arbitrary: fc.constantFrom(...oddSegments), weight: 1 },
      { arbitrary: fc.string({ unit: 'grapheme' }).map(encodeURIComponent), weight: 1 },
    );
  });
  return fc.tuple(fc.tuple(...parts), queriesOf(operation, known)).map(([path, query]) => path.join('') + query);
}

function queriesOf(operation: Operation, known: World['known']): fc.Arbitrary<string> {
  const pairs = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema, required }) =>
      fc
        .option(
          fc.oneof(
            { arbitrary: valuesOf(schema, { known }, name).map(String), weight: 4 },
            { arbitrary: fc.constantFrom(...oddQueries), weight: 1 },
            { arbitrary: fc.string({ unit: 'grapheme' }), weight: 1 },
          ),
          { freq: required ? 20 : 2 },
        )
        .map((value) => (value === null ? undefined : `${name}=${encoded(value)}`)),
    );
  return fc.tuple(...pairs).map((given) => {
    const query = given.filter((pair) => pair !== undefined).join('&');
    return query === '' ? '' : `?${query}`;
  });
}

/** Half of a surrogate pair cannot be encoded; it goes as the character that stands for it. */
const encoded = (value: string): string => encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd'));

function headersOf(operation: Operation, { merchantId }: World): fc.Arbitrary<Record<string, string>> {
  const key = fc.oneof(
    { arbitrary: fc.uuid(), weight: 12 },
    { arbitrary: fc.constantFrom('the-same-key', 'another-key', '', 'two words', 'k'.repeat(300)), weight: 1 },
  );
  const version = fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 3 }).map((number) => `"${number}"`), weight: 6 },
    { arbitrary: fc.constantFrom('*', 'W/"1"', '"x"', '1', '"99999999999999999999"'), weight: 1 },
  );
  const merchant = fc.oneof(
    { arbitrary: fc.constantFrom(merchantId, merchantId, undefined), weight: 12 },
    { arbitrary: fc.constantFrom('not-an-id', '', merchantId.toUpperCase(), "' OR 1=1"), weight: 1 },
  );
  const fields = {
    ...(operation.needsKey && { 'idempotency-key': key }),
    ...(operation.needsIfMatch && { 'if-match': version }),
    'x-merchant-id': merchant,
    'x-cart-key': fc.constantFrom(cartKey, cartKey, undefined, 'x'),
    prefer: fc.constantFrom(undefined, undefined, 'wait=0', 'wait=x', 'wait=1'),
  };
  return fc
    .record(fields)
    .map((given) =>
      Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    );
}

function bodiesOf({ body: schema }: Operation, { known }: World): fc.Arbitrary<string | Uint8Array> {
  const good = schema ? valuesOf(schema, { known }) : fc.constant({});
  const anything = fc.oneof(fc.constantFrom(...oddities), fc.jsonValue({ maxDepth: 4 }));
  const wrong = fc.tuple(fc.nat(), fc.oneof(anything, fc.constant(undefined)));
  const mutated = fc
    .tuple(good, fc.array(wrong, { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) => changes.reduce((body, [place, put]) => changed(body, place, put), value));
  return fc.oneof(
    { arbitrary: good.map((value) => JSON.stringify(value)), weight: 10 },
    { arbitrary: mutated.map((value) => JSON.stringify(value) ?? ''), weight: 10 },
    { arbitrary: anything.map((value) => JSON.stringify(value)), weight: 2 },
    { arbitrary: fc.constantFrom(...oddBodies.map(({ raw }) => raw)), weight: 1 },
  );
}

/** A copy with one place of it, counted through, holding something else; undefined takes it out. */
function changed(value: unknown, place: number, put: unknown): unknown {
  const places = placesOf(value);
  const path = places[place % places.length] ?? [];
  return replaced(value, path, put);
}

function placesOf(value: unknown): string[][] {
  if (value === null || typeof value !== 'object') return [[]];
  return [[], ...Object.entries(value).flatMap(([name, part]) => placesOf(part).map((path) => [name, ...path]))];
}

function replaced(value: unknown, [step, ...rest]: string[], put: unknown): unknown {
  if (step === undefined || value === null || typeof value !== 'object') return put;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (String(index) === step ? (replaced(item, rest, put) ?? null) : item));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, name === step ? replaced(part, rest, put) : (part as unknown)]),
  );
}

/** The request as a line that a shell can send again. */
export function curlOf(base: string, { operation, who, path, headers, body }: FuzzedRequest): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const given = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const token = who.token === null ? [] : [`-H "authorization: Bearer $TOKEN"`];
  const data = body === undefined ? [] : ["-H 'content-type: application/json'", `--data-raw ${quoted(textOf(body))}`];
  return (
    [`curl -X ${operation.method}`, ...token, ...given, ...data, quoted(`${base}${path}`)].join(' ') +
    `  # as ${who.name}`
  );
}

const textOf = (body: string | Uint8Array): string => {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('latin1');
  return text.length > 4_000 ? `${text.slice(0, 4_000)}… (${text.length} characters)` : text;
};
