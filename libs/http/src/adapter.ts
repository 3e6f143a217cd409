import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Refusal } from '@florin/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem-reply';
import { requestIdOf } from './request-id';
import { RouteTable } from './route-table';

/** One JSON body; imports and batches fit, a memory bomb does not. */
const bodyLimitBytes = 1_048_576;
/** A client that dribbles its request longer than this is holding the connection, not using it. */
const requestTimeoutMs = 30_000;
const keepAliveTimeoutMs = 72_000;
/** Ids are 36 characters; a code or SKU in a path may be longer. */
const longestParameter = 256;

const tables = new WeakMap<object, RouteTable>();

/** The routes registered on a Fastify instance that httpAdapter() made. */
export function routeTableOf(instance: object): RouteTable | undefined {
  return tables.get(instance);
}

export interface AdapterOptions {
  bodyLimitBytes?: number;
}

/** The Fastify adapter of every service and test: `NestFactory.create(AppModule, httpAdapter())`. */
export function httpAdapter(options: AdapterOptions = {}): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes ?? bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    // The client address is worked out from TRUSTED_PROXIES; Fastify's own guess stays off.
    trustProxy: false,
    routerOptions: { maxParamLength: longestParameter, ignoreTrailingSlash: true },
    frameworkErrors: (_error: unknown, request: unknown, reply: unknown) =>
      unreadable(request as FastifyRequest, reply as FastifyReply),
  });
  const table = new RouteTable();
  const instance = adapter.getInstance();
  instance.addHook('onRoute', (route) => table.add(route.method, route.url));
  tables.set(instance, table);
  return adapter;
}

/** A path that cannot be decoded never reaches a route, nor the filter. */
function unreadable(request: FastifyRequest, reply: FastifyReply): void {
  // Hooks do not run for it either.
  request.id = requestIdOf(request.headers);
  void reply.header('Request-Id', request.id);
  sendProblem(request, reply, new Refusal('invalid', 'malformed_request', 'The request cannot be read.'));
}
