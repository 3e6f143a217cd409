/** The part of JSON Schema that the documents of our services use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}

/** One route of a service, as its OpenAPI document tells it. */
export interface Operation {
  /** `POST /api/v1/orders`. */
  name: string;
  method: string;
  path: string;
  parameters: Parameter[];
  /** Statuses of success that the document names. */
  successes: number[];
  /** Without references. Undefined where the route reads no body, or only one that the sender has signed. */
  body: Schema | undefined;
  /** Any one of them is enough; none on a public route. */
  permissions: string[];
  isPublic: boolean;
  needsKey: boolean;
  needsIfMatch: boolean;
}

/** What we read of an OpenAPI 3.1 document: of one service, or the merged one of the edge. */
export interface ApiDocument {
  paths: Record<string, Record<string, DescribedOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

interface DescribedOperation {
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, unknown>;
  security?: unknown[];
  'x-permissions'?: string[];
}

/** No request of ours nests deeper; a schema that refers to itself ends here. */
const deepest = 8;

/** Every route of the document, with the schemas of what it takes written out. */
export function operationsOf(document: ApiDocument): Operation[] {
  const schemas = document.components?.schemas ?? {};
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => operationOf(path, method.toUpperCase(), described, schemas)),
  );
}

function operationOf(
  path: string,
  method: string,
  described: DescribedOperation,
  schemas: Record<string, Schema>,
): Operation {
  const parameters = (described.parameters ?? []).map((parameter) => ({
    ...parameter,
    schema: written(parameter.schema, schemas),
  }));
  const body = described.requestBody?.content?.['application/json']?.schema;
  const demands = (header: string) => parameters.some((parameter) => parameter.name === header && parameter.required);
  return {
    name: `${method} ${path}`,
    method,
    path,
    parameters,
    successes: Object.keys(described.responses ?? {})
      .map(Number)
      .filter((status) => status < 400),
    body: body && !demands('Stripe-Signature') ? written(body, schemas) : undefined,
    permissions: described['x-permissions'] ?? [],
    isPublic: described.security?.length === 0,
    needsKey: demands('Idempotency-Key'),
    needsIfMatch: demands('If-Match'),
  };
}

/** The schema with what it refers to in place of the references. */
function written(schema: Schema, schemas: Record<string, Schema>, depth = 0): Schema {
  if (depth > deepest) return {};
  const inner = (part: Schema) => written(part, schemas, depth + 1);
  const { $ref, allOf, ...own } = schema;
  const named = $ref === undefined ? undefined : schemas[$ref.split('/').at(-1) ?? ''];
  const parts = [...(named ? [named] : []), ...(allOf ?? [])].map(inner);
  const whole = [...parts, own].reduce<Schema>((all, part) => ({ ...all, ...part }), {});
  if (whole.properties)
    whole.properties = Object.fromEntries(Object.entries(whole.properties).map(([name, part]) => [name, inner(part)]));
  if (whole.items) whole.items = inner(whole.items);
  if (whole.anyOf) whole.anyOf = whole.anyOf.map(inner);
  if (whole.oneOf) whole.oneOf = whole.oneOf.map(inner);
  return whole;
}

/** `object`, `array`, `string`, …; of a type that may be null, the other one. */
export function typeOf(schema: Schema): string | undefined {
  const types = [schema.type ?? []].flat();
  return types.find((type) => type !== 'null') ?? (schema.properties ? 'object' : undefined);
}
