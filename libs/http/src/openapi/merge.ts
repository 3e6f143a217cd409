import type { OpenAPIObject } from '@nestjs/swagger';

/**
 * One document for the edge from those of the services. Schemas of the same name that differ get the service's name in front.
 * Throws when two services claim the same path and method: the route table would hide one of them.
 */
export function mergeDocuments(
  title: string,
  version: string,
  documents: readonly { service: string; document: OpenAPIObject }[],
): OpenAPIObject {
  const paths: Record<string, Record<string, unknown>> = {};
  const schemas: Record<string, unknown> = {};
  let components: Record<string, unknown> = {};
  for (const { service, document } of documents) {
    const own = renamed(service, document, schemas);
    for (const [path, item] of Object.entries(own.paths)) {
      for (const [method, operation] of Object.entries(item as Record<string, unknown>)) {
        const merged = (paths[path] ??= {});
        if (merged[method])
          throw new Error(`${service} and another service both answer ${method.toUpperCase()} ${path}`);
        merged[method] = operation;
      }
    }
    const { schemas: ownSchemas, ...others } = (own.components ?? {}) as Record<string, unknown>;
    Object.assign(schemas, ownSchemas);
    components = { ...components, ...others };
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    paths,
    components: { ...components, schemas },
  } as unknown as OpenAPIObject;
}

function renamed(service: string, document: OpenAPIObject, taken: Readonly<Record<string, unknown>>): OpenAPIObject {
  const own = (document.components?.schemas ?? {}) as Record<string, unknown>;
  const clashes = Object.keys(own).filter(
    (name) => name in taken && JSON.stringify(taken[name]) !== JSON.stringify(own[name]),
  );
  if (clashes.length === 0) return document;
  const prefix = service.charAt(0).toUpperCase() + service.slice(1);
  const newNames = new Map(clashes.map((name) => [name, `${prefix}${name}`]));
  const copy = JSON.parse(JSON.stringify(document), (key: string, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string') return value;
    const name = value.split('/').at(-1) ?? '';
    const newName = value.startsWith('#/components/schemas/') ? newNames.get(name) : undefined;
    return newName === undefined ? value : `#/components/schemas/${newName}`;
  }) as OpenAPIObject;
  const copied = copy.components?.schemas ?? {};
  copy.components = {
    ...copy.components,
    schemas: Object.fromEntries(Object.entries(copied).map(([name, schema]) => [newNames.get(name) ?? name, schema])),
  };
  return copy;
}
