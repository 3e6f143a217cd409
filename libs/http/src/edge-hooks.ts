import { type Cause, Refusal, withCause } from '@florin/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { clientAddressKey, isLoopback, limitedAddress, plain, type TrustedProxies } from './client-address';
import type { BlockedAddresses } from './limits/blocked-addresses';
import type { Taken } from './limits/counters';
import type { Limit } from './limits/limit';
import { type Limits, told } from './limits/limits';
import type { Pressure } from './limits/pressure';
import { sendProblem } from './problem-reply';
import { requestIdOf, traceparentOf } from './request-id';
import { clientCountryKey } from './request-origin';
import { refuseUnsafe } from './safe-input';
import { withoutSecrets } from './secrets-filter';

export interface EdgeParts {
  proxies: TrustedProxies;
  countryHeader: string | undefined;
  limits: Limits;
  blocked: BlockedAddresses;
  pressure: Pressure;
}

/** What the hooks keep about a request between them. */
interface Noted {
  cause: Cause;
  address: string;
  /** Not counted as abuse: our own machine, unless a proxy says who it speaks for. */
  exempt: boolean;
}

const notedKey = Symbol('florin.noted');

interface NotedRequest {
  [notedKey]?: Noted;
  [clientAddressKey]?: string;
  [clientCountryKey]?: string;
}

const notedOf = (request: FastifyRequest): Noted | undefined => (request as NotedRequest)[notedKey];

/** Paths of probes and machines; limits would turn a busy minute into a restart. */
const unlimited: ReadonlySet<string> = new Set(['/livez', '/readyz', '/startupz', '/metrics']);

/**
 * What happens to every request around Nest: id and cause, client address, block list, address limit, input safety, and secrets kept
 * out of answers. Fastify hooks rather than middleware or interceptors, because they cost nothing when there is nothing to do.
 */
export function addEdgeHooks(fastify: FastifyInstance, parts: EdgeParts): void {
  fastify.addHook('onRequest', (request, reply, done) => onRequest(parts, request, reply, done));

  // Parsing the body leaves the asynchronous context, so it is entered again before guards and handlers run.
  fastify.addHook('preValidation', (request, _reply, done) => {
    try {
      refuseUnsafe(request.body);
      refuseUnsafe(request.query);
      refuseUnsafe(request.params);
    } catch (error) {
      return done(error as Error);
    }
    const note = notedOf(request);
    if (note) withCause(note.cause, done);
    else done();
  });

  fastify.addHook('onSend', (request, _reply, payload, done) => {
    done(null, typeof payload === 'string' ? withoutSecrets(payload, request.routeOptions.url ?? '') : payload);
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    parts.pressure.count(statusCode);
    if (statusCode === 401 || statusCode === 429 || (statusCode === 404 && request.is404)) {
      const note = notedOf(request);
      if (note && !note.exempt) parts.blocked.strike(note.address).catch((error: unknown) => request.log.debug(error));
    }
    done();
  });
}

function onRequest(
  parts: EdgeParts,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  const { headers } = request;
  const id = requestIdOf(headers);
  request.id = id;
  void reply.header('Request-Id', id);
  const socketAddress = request.socket.remoteAddress ?? '';
  const client = parts.proxies.clientOf(socketAddress, headers['x-forwarded-for']);
  const address = limitedAddress(client);
  const cause: Cause = { correlationId: id };
  const traceparent = traceparentOf(headers);
  if (traceparent !== undefined) cause.traceparent = traceparent;
  const keep = request as NotedRequest;
  keep[clientAddressKey] = client;
  const country = parts.countryHeader === undefined ? undefined : headers[parts.countryHeader];
  // A client may write any header itself: only what one of our own proxies passed on counts.
  if (typeof country === 'string' && /^[A-Z]{2}$/.test(country) && parts.proxies.has(plain(socketAddress)))
    keep[clientCountryKey] = country;
  keep[notedKey] = { cause, address, exempt: isLoopback(client) };

  const blockedSeconds = parts.blocked.secondsLeft(address);
  if (blockedSeconds > 0) {
    const detail = 'Nearly all requests from this address were refused, so it has to wait.';
    return void sendProblem(
      request,
      reply,
      new Refusal('rate_limited', 'address_blocked', detail, { retryAfterSeconds: blockedSeconds }),
    );
  }
  const go = () => withCause(cause, done);
  const limit = unlimited.has(request.url) ? undefined : parts.limits.address;
  if (!limit) return go();
  const taken = parts.limits.take(limit, address);
  if (taken instanceof Promise) void taken.then((late) => admit(limit, late, request, reply, go), done);
  else admit(limit, taken, request, reply, go);
}

function admit(limit: Limit, taken: Taken, request: FastifyRequest, reply: FastifyReply, go: () => void): void {
  const refusal = told(limit, taken, reply);
  if (refusal) sendProblem(request, reply, refusal);
  else go();
}
