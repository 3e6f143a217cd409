import { isId } from '@florin/kernel';
import { shown } from './bad-bodies';
import type { Verdict } from './judge';
import { oddQueries, oddSegments } from './oddities';
import { type Operation, type Parameter, typeOf } from './operations';
import type { BadRequest, Prober } from './prober';

/** Something odd in place of each id in the path. What is nowhere cannot be read. */
export function oddPaths(operation: Operation, { target }: Prober): BadRequest[] {
  const isEmpty = target.emptyForUnknown?.includes(operation.name) ?? false;
  return operation.parameters
    .filter((parameter) => parameter.in === 'path')
    .flatMap(({ name }) =>
      oddSegments.map((segment) => ({
        operation,
        what: `{${name}} is ${shown(segment)}`,
        segments: { [name]: segment },
        verdict: operation.method === 'GET' && !(isEmpty && isId(segment)) ? { refused: true } : {},
      })),
    );
}

/** Each parameter of the query odd, twice, and one that nobody asked for. */
export function oddQueriesOf(operation: Operation): BadRequest[] {
  const parameters = operation.parameters.filter((parameter) => parameter.in === 'query');
  const odd = parameters.flatMap((parameter) =>
    [...oddQueries, ...beyond(parameter)].map((value): BadRequest => ({
      operation,
      what: `?${parameter.name}=${shown(value)}`,
      query: `${parameter.name}=${encodeURIComponent(value)}`,
      verdict: mustRefuse(parameter, value) ? named(parameter.name) : {},
    })),
  );
  const twice = parameters.map(({ name, schema }): BadRequest => ({
    operation,
    what: `?${name} twice`,
    query: `${name}=1&${name}=2`,
    verdict: typeOf(schema) === 'array' ? {} : named(name),
  }));
  const missing = parameters
    .filter(({ required }) => required)
    .map(({ name }): BadRequest => ({ operation, what: `no ?${name}`, without: name, verdict: named(name) }));
  const isList = parameters.some(({ name }) => name === 'cursor');
  const unknown = {
    operation,
    what: 'a parameter that nobody asked for',
    query: 'nobody_asked=1&a[b]=1&a[__proto__]=1',
  };
  return [...odd, ...twice, ...missing, { ...unknown, verdict: isList ? named('nobody_asked') : {} }];
}

const named = (field: string): Verdict => ({ status: [400], field });

function beyond({ schema: { minimum, maximum } }: Parameter): string[] {
  return [...(minimum === undefined ? [] : [minimum - 1]), ...(maximum === undefined ? [] : [maximum + 1])].map(String);
}

/** Whether the document says that the value cannot be. */
function mustRefuse({ name, schema }: Parameter, value: string): boolean {
  if (name === 'cursor') return value !== '';
  if (schema.enum) return !schema.enum.includes(value);
  if (schema.format === 'uuid') return !isId(value);
  const number = Number(value);
  const { minimum = -Infinity, maximum = Infinity } = schema;
  if (typeOf(schema) === 'integer') return !(Number.isInteger(number) && number >= minimum && number <= maximum);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) return true;
  return value.length > (schema.maxLength ?? Infinity) || value.length < (schema.minLength ?? 0);
}
