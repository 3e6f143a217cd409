import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which service answers under a path. The local edge, compose and the ingress chart all read the same file. */
export interface Route {
  readonly prefix: string;
  readonly service: string;
}

let table: readonly Route[] | undefined;

/** The route table of `libs/contracts/routes.json`, longest prefix first. */
export function routeTable(): readonly Route[] {
  table ??= read();
  return table;
}

/** The service that answers a path, by the longest prefix that ends at a segment; undefined where nobody does. */
export function serviceFor(path: string, routes: readonly Route[] = routeTable()): string | undefined {
  return routes.find(({ prefix }) => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`))
    ?.service;
}

function read(): readonly Route[] {
  const routes = JSON.parse(readFileSync(join(__dirname, '../routes.json'), 'utf8')) as Route[];
  return routes.sort((a, b) => b.prefix.length - a.prefix.length);
}
