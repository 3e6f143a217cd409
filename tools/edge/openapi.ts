import { request } from 'undici';

/** Long enough to spare the services, short enough that a restart with new routes shows at once. */
const keptMs = 3_000;
/** A service makes its document when it is first asked: that takes a while on a machine that is still starting. */
const fetchTimeoutMs = 20_000;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export interface OpenApiDocument extends JsonObject {
  openapi: string;
  info: JsonObject;
  paths: JsonObject;
}

const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The same document with every `#/components/<kind>/<name>` reference led to its new name. */
function relabel(value: Json, names: Map<string, string>): Json {
  if (Array.isArray(value)) return value.map((item) => relabel(item, names));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    result[key] = key === '$ref' && typeof item === 'string' ? (names.get(item) ?? item) : relabel(item, names);
  }
  return result;
}

/** OpenAPI 3.0 says `nullable: true`; 3.1 is JSON Schema and says type or null. */
function modernise(value: Json): Json {
  if (Array.isArray(value)) return value.map(modernise);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) if (key !== 'nullable') result[key] = modernise(item);
  if (value['nullable'] !== true) return result;
  if (typeof result['type'] === 'string') return { ...result, type: [result['type'], 'null'] };
  return { anyOf: [result, { type: 'null' }] };
}

/**
 * One document out of the services' own. A component that means the same everywhere stands once; one whose name two
 * services use for different things gets the service's name in front, and so does an operation id that is taken.
 */
export function mergeOpenApi(documents: Record<string, OpenApiDocument>, serverUrl: string): OpenApiDocument {
  const paths: JsonObject = {};
  const components: Record<string, JsonObject> = {};
  const tags = new Map<string, Json>();
  const operationIds = new Set<string>();
  for (const [service, original] of Object.entries(documents)) {
    const document = modernise(original) as OpenApiDocument;
    const names = namesFor(service, document, components);
    const relabelled = relabel(document, names) as OpenApiDocument;
    adoptComponents(relabelled, names, components);
    for (const [path, item] of Object.entries(relabelled.paths)) {
      if (isObject(item)) paths[path] = withUniqueIds(item, service, operationIds);
    }
    const listed = relabelled['tags'];
    if (Array.isArray(listed)) for (const tag of listed) if (isObject(tag)) tags.set(JSON.stringify(tag['name']), tag);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Florin',
      version: '1',
      description: 'Loyalty commerce in which every point and every cent can be explained and proven.',
    },
    servers: [{ url: serverUrl }],
    tags: [...tags.values()],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => a.localeCompare(b))),
    components,
  };
}

/** Reference → new reference, for each component of the document whose name is taken by something else. */
function namesFor(service: string, document: OpenApiDocument, taken: Record<string, JsonObject>): Map<string, string> {
  const names = new Map<string, string>();
  const kinds = isObject(document['components']) ? document['components'] : {};
  // A component that refers to a renamed one differs as well: repeat until nothing is renamed any more.
  for (let renamed = true; renamed;) {
    renamed = false;
    for (const [kind, group] of Object.entries(kinds)) {
      for (const [name, component] of Object.entries(isObject(group) ? group : {})) {
        const reference = `#/components/${kind}/${name}`;
        const other = taken[kind]?.[name];
        if (other === undefined || names.has(reference)) continue;
        if (JSON.stringify(other) === JSON.stringify(relabel(component, names))) continue;
        names.set(reference, `#/components/${kind}/${capitalised(service)}${name}`);
        renamed = true;
      }
    }
  }
  return names;
}

function adoptComponents(
  document: OpenApiDocument,
  names: Map<string, string>,
  components: Record<string, JsonObject>,
): void {
  const kinds = isObject(document['components']) ? document['components'] : {};
  for (const [kind, group] of Object.entries(kinds)) {
    const target = (components[kind] ??= {});
    for (const [name, component] of Object.entries(isObject(group) ? group : {})) {
      const reference = names.get(`#/components/${kind}/${name}`);
      target[reference?.split('/').pop() ?? name] = component;
    }
  }
}

function withUniqueIds(item: JsonObject, service: string, taken: Set<string>): JsonObject {
  const result: JsonObject = { ...item };
  for (const [method, operation] of Object.entries(item)) {
    if (!methods.has(method) || !isObject(operation) || typeof operation['operationId'] !== 'string') continue;
    const id = operation['operationId'];
    const unique = taken.has(id) ? `${service}${capitalised(id)}` : id;
    taken.add(unique);
    result[method] = { ...operation, operationId: unique };
  }
  return result;
}

/** Asks every service for its document, leaves out the ones that are down, and remembers the answer for a moment. */
export class MergedOpenApi {
  private kept: { at: number; document: Promise<OpenApiDocument> } | undefined;

  constructor(
    private readonly services: Record<string, string>,
    private readonly serverUrl: () => string,
  ) {}

  get(): Promise<OpenApiDocument> {
    if (!this.kept || Date.now() - this.kept.at > keptMs) this.kept = { at: Date.now(), document: this.gather() };
    return this.kept.document;
  }

  private async gather(): Promise<OpenApiDocument> {
    const answers = await Promise.all(
      Object.entries(this.services).map(async ([service, url]) => [service, await fetchDocument(url)] as const),
    );
    const present = answers.filter((answer): answer is [string, OpenApiDocument] => answer[1] !== undefined);
    const missing = answers.filter(([, document]) => document === undefined).map(([service]) => service);
    const merged = mergeOpenApi(Object.fromEntries(present), this.serverUrl());
    return missing.length === 0 ? merged : { ...merged, 'x-services-down': missing };
  }
}

async function fetchDocument(url: string): Promise<OpenApiDocument | undefined> {
  try {
    const answer = await request(`${url}/openapi.json`, {
      headersTimeout: fetchTimeoutMs,
      bodyTimeout: fetchTimeoutMs,
    });
    const body = (await answer.body.json()) as OpenApiDocument;
    return answer.statusCode === 200 && isObject(body.paths) ? body : undefined;
  } catch (error) {
    console.error(`no OpenAPI document from ${url}: ${String(error)}`);
    return undefined;
  }
}
