import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020';
import { badBodies, shown } from './bad-bodies';
import { oddBodies } from './oddities';
import { type Operation, type Schema, typeOf } from './operations';
import type { BadRequest, Prober } from './prober';

const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false });

const takesBodies: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Each field of the body wrong in each way. What the document forbids must be refused, and the field at fault named. */
export function wrongFields(operation: Operation, prober: Prober): BadRequest[] {
  const { body: schema } = operation;
  if (!schema) return [];
  const allows = ajv.compile(schema);
  return badBodies(schema, prober.known, prober.goodBodyOf(operation)).map(({ what, body, field, refused }) => ({
    operation,
    what,
    body,
    verdict: refused || !isAllowed(allows, body, schema) ? { refused: true, field } : {},
  }));
}

/** Fields that may be left out may also be null. */
function isAllowed(allows: ValidateFunction, body: unknown, schema: Schema): boolean {
  return allows(withoutNulls(body, schema));
}

function withoutNulls(value: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item, schema?.items));
  if (value === null || typeof value !== 'object' || !schema || typeOf(schema) !== 'object') return value;
  const mayBeNull = (field: string) => !schema.required?.includes(field);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field, member]) => !(member === null && mayBeNull(field)))
      .map(([field, member]) => [field, withoutNulls(member, schema.properties?.[field])]),
  );
}

/** Bodies that are no JSON, no JSON that we read, or larger than any. */
export function unreadableBodies(operation: Operation): BadRequest[] {
  if (!takesBodies.has(operation.method)) return [];
  return oddBodies.map(({ what, raw, contentType = 'application/json', headers, status = 400 }) => ({
    operation,
    what,
    raw,
    headers: { 'content-type': contentType, ...headers },
    verdict: operation.body ? { refused: true, status: [status] } : {},
  }));
}

/** A write without a key, or with one that is none; a change without the version that it is based on. */
export function missingHeaders(operation: Operation, prober: Prober): BadRequest[] {
  const body = prober.goodBodyOf(operation);
  const ask = { operation, ...(body !== undefined && { body }) };
  const keys = [null, 'two words', 'k'.repeat(256)].map((key): BadRequest => ({
    ...ask,
    what: `the key is ${shown(key)}`,
    key,
    verdict: { status: [400], code: key === null ? 'idempotency_key_required' : 'idempotency_key_invalid' },
  }));
  const versions = [null, '*', '3', 'W/"3"', '"x"', `"${'9'.repeat(20)}"`].map((ifMatch): BadRequest => ({
    ...ask,
    what: `If-Match is ${shown(ifMatch)}`,
    ifMatch,
    verdict:
      ifMatch === null ? { status: [428], code: 'if_match_required' } : { status: [412], code: 'version_mismatch' },
  }));
  return [...(operation.needsKey ? keys : []), ...(operation.needsIfMatch ? versions : [])];
}
