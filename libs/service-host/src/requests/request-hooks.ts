import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import type { CalledRequest } from '@florin/access';
import { Refusal } from '@florin/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Lifecycle } from '../lifecycle';
import type { Log } from '../logs/log';
import { withLogFields } from '../logs/log-fields';
import type { Roles } from '../roles';
import { apiLatency, requestSeconds } from './request-metrics';

export interface RequestHookParts {
  service: string;
  log: Log;
  lifecycle: Lifecycle;
  roles: Roles;
}

interface Running {
  span: Span;
  context: Context;
}

/** Asked every few seconds by machines: no span, no line. */
const quiet: ReadonlySet<string> = new Set(['/livez', '/readyz', '/startupz', '/metrics', '/dev/traces']);
const businessPrefix = '/api/';
const firstServerError = 500;
const running = new WeakMap<FastifyRequest, Running>();

/**
 * A span, a line and a measurement for every request, and the two things that depend on the state of the process:
 * a process without the api role refuses business requests, and one that is ending asks its clients to come back elsewhere.
 * Added before anything else, so that all that happens to a request happens inside its span.
 */
export function addRequestHooks(fastify: FastifyInstance, parts: RequestHookParts): void {
  const tracer = trace.getTracer('florin.http');
  const seconds = requestSeconds();
  const latency = apiLatency(parts.service);

  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.url.startsWith(businessPrefix) && !parts.roles.has('api')) {
      return done(new Refusal('not_found', 'not_served_here', 'This process does not answer API requests.'));
    }
    if (quiet.has(pathOf(request))) return done();
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = {
      'http.request.method': request.method,
      'http.route': routeOf(request),
      'url.path': pathOf(request),
    };
    const span = tracer.startSpan(
      `${request.method} ${routeOf(request)}`,
      { kind: SpanKind.SERVER, attributes },
      parent,
    );
    const spanContext = trace.setSpan(parent, span);
    running.set(request, { span, context: spanContext });
    // Whoever reads the header from here on, to pass the cause on, names this span as the parent.
    propagation.inject(spanContext, request.headers);
    context.with(spanContext, done);
  });

  // Reading the body leaves the asynchronous context, so it is entered again before guards and handlers run.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const entered = running.get(request);
    if (!entered) return done();
    context.with(entered.context, () => withLogFields({}, done));
  });

  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (parts.lifecycle.draining) void reply.header('connection', 'close');
    done(null, payload);
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const entered = running.get(request);
    if (entered) {
      finish(entered.span, reply);
      context.with(entered.context, () => write(parts.log, request, reply));
    }
    const labels = { method: request.method, status: String(reply.statusCode) };
    seconds.observe({ ...labels, route: routeOf(request) }, reply.elapsedTime / 1_000);
    if (request.url.startsWith(businessPrefix))
      latency.observe({ ...labels, endpoint: routeOf(request) }, reply.elapsedTime / 1_000);
    done();
  });
}

function finish(span: Span, reply: FastifyReply): void {
  span.setAttribute('http.response.status_code', reply.statusCode);
  if (reply.statusCode >= firstServerError) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Path parameters are ids, so a line can be found by order or member. Never the query or the body: people write into those. */
function write(log: Log, request: FastifyRequest & CalledRequest, reply: FastifyReply): void {
  const level = reply.statusCode >= firstServerError ? 'error' : 'info';
  if (!log.isLevelEnabled(level)) return;
  const params = request.params as Record<string, string> | undefined;
  const caller = request.caller;
  log[level](
    {
      request_id: request.id,
      method: request.method,
      route: routeOf(request),
      ...(params && Object.keys(params).length > 0 && !request.is404 && { params }),
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 100) / 100,
      ...(caller && { member_id: caller.subject, merchant_id: caller.merchantInForce }),
    },
    'request',
  );
}

/** The template, not the path: one time series per route, whatever ids are asked for. */
function routeOf(request: FastifyRequest): string {
  return request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
}

function pathOf(request: FastifyRequest): string {
  const end = request.url.indexOf('?');
  return end === -1 ? request.url : request.url.slice(0, end);
}
