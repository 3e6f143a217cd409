import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Probes, machines and the local run: not part of the API, so not in its document. */
const operational: ReadonlySet<string> = new Set([
  '/livez',
  '/readyz',
  '/startupz',
  '/metrics',
  '/openapi.json',
  '/dev/traces',
]);

/** The routes that the running HTTP server answers, as `GET /api/v1/orders/{orderId}`, sorted. */
export function servedRoutes(app: NestFastifyApplication): string[] {
  const found: string[] = [];
  const above: string[] = [];
  for (const line of app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }).split('\n')) {
    // Each level of the printed tree is four characters: `│   ├── /:id (GET, HEAD)`.
    const [, lead = '', path = '', , methods = ''] = /^([│ ]*[├└]── )(\S+)( \((.*)\))?/.exec(line) ?? [];
    const depth = lead.length / 4;
    if (depth === 0) continue;
    above.splice(depth - 1, above.length, path);
    const whole = above.join('').replace(/:(\w+)/g, '{$1}');
    if (operational.has(whole)) continue;
    for (const method of methods.split(', ')) if (method !== '' && method !== 'HEAD') found.push(`${method} ${whole}`);
  }
  return found.sort();
}
