import { readFile } from 'node:fs/promises';
import { routeTable } from '@florin/contracts';
import { newId } from '@florin/kernel';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { EdgeConfig } from './config';
import { Upstream } from './forward';
import { MergedOpenApi } from './openapi';
import { registerPages } from './pages';
import { problem, problemType } from './problem';

/** Above what any service takes, so the service that knows its own limit is the one that says 413. */
const maxBodyBytes = 16 * 1024 * 1024;
const requestIdPattern = /^[\w.:-]{1,128}$/;

/**
 * The local stand-in for the ingress: one address in front of the seven services, with the same route table that the
 * ingress is generated from. It passes on, sets who called and under which Request-Id, and knows no business.
 */
export function createEdge(config: EdgeConfig): FastifyInstance {
  const server = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    keepAliveTimeout: 72_000,
    requestIdHeader: false,
    exposeHeadRoutes: false,
    // A path that cannot be decoded reaches no handler.
    frameworkErrors: refuse,
    genReqId: (request) => {
      const given = request.headers['request-id'];
      return typeof given === 'string' && requestIdPattern.test(given) ? given : newId();
    },
  });
  const upstreams = new Map(
    Object.entries(config.services).map(([name, url]) => [name, new Upstream(name, url, config.answerTimeoutMs)]),
  );
  const desk = config.deskUrl === undefined ? undefined : new Upstream('desk', config.deskUrl, config.answerTimeoutMs);

  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setErrorHandler(refuse);
  server.setNotFoundHandler((request, reply) => {
    void reply.code(404).type(problemType).header('request-id', request.id);
    return reply.send(problem(404, 'route_unknown', 'No service answers under this path.', request.id));
  });

  for (const { prefix, service } of routeTable()) {
    const upstream = upstreams.get(service);
    if (upstream) passOn(server, prefix, upstream);
  }
  if (desk) passOn(server, '/dev', desk);
  registerDocuments(server, config);
  registerPages(server, [...upstreams.keys()]);
  server.addHook('onClose', async () => {
    await Promise.all([...upstreams.values(), ...(desk ? [desk] : [])].map((upstream) => upstream.close()));
  });
  return server;
}

function refuse(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500;
  const code = status === 413 ? 'body_too_large' : status < 500 ? 'bad_request' : 'edge_failed';
  if (status >= 500) console.error(error);
  void reply.code(status).type(problemType).header('request-id', request.id);
  void reply.send(problem(status, code, status < 500 ? error.message : 'The edge failed.', request.id));
}

function passOn(server: FastifyInstance, prefix: string, upstream: Upstream): void {
  server.all(prefix, (request, reply) => upstream.forward(request, reply));
  server.all(`${prefix}/*`, (request, reply) => upstream.forward(request, reply));
}

function registerDocuments(server: FastifyInstance, config: EdgeConfig): void {
  const merged = new MergedOpenApi(config.services, () => '/');
  server.get('/openapi.json', () => merged.get());
  server.get('/readyz', () => ({ status: 'ok' }));
  server.get('/asyncapi.json', async (request, reply) => {
    const document = await readFile(config.asyncapiFile, 'utf8').catch(() => undefined);
    if (document !== undefined) return reply.type('application/json').send(document);
    void reply.code(404).type(problemType);
    return reply.send(problem(404, 'document_missing', 'docs/asyncapi.json has not been generated.', request.id));
  });
}
