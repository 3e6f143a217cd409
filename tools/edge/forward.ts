import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Dispatcher, Pool } from 'undici';
import { problem, problemType } from './problem';

/** Connections per service, and with it requests at once: nothing ever waits behind a service that hangs. */
const maxInFlight = 512;
const connectTimeoutMs = 2_000;
const keepAliveMs = 60_000;

/** Belong to one connection, not to the message (RFC 9110, 7.6.1), or are set here, where the outside ends. */
const notPassedOn = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'request-id',
]);
const notPassedBack = ['connection', 'keep-alive', 'transfer-encoding'] as const;

/**
 * One service behind the edge, over a pool of kept connections. Written on undici's dispatch and the raw answer
 * rather than on a proxy library: the edge sits in every measurement and this costs about half.
 */
export class Upstream {
  private readonly pool: Pool;
  private inFlight = 0;

  constructor(
    readonly name: string,
    url: string,
    answerTimeoutMs: number,
  ) {
    this.pool = new Pool(url, {
      connections: maxInFlight,
      connectTimeout: connectTimeoutMs,
      keepAliveTimeout: keepAliveMs / 4,
      keepAliveMaxTimeout: keepAliveMs,
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
    });
  }

  /** Passes the request on and streams the answer back; answers problem+json itself when there is none. */
  forward(request: FastifyRequest, reply: FastifyReply): void {
    reply.hijack();
    const answer = reply.raw;
    const { method } = request;
    if (this.inFlight >= maxInFlight) {
      return refuse(answer, request.id, 503, 'edge_overloaded', `Too many requests wait for ${this.name}.`);
    }
    this.inFlight += 1;
    answer.once('close', () => (this.inFlight -= 1));
    const body = Buffer.isBuffer(request.body) ? request.body : null;
    this.send(
      { path: request.raw.url ?? '/', method, headers: headersOf(request), body },
      answer,
      request.id,
      method === 'GET' ? 1 : 0,
    );
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  /** A read whose kept connection was closed under it is asked once more; a write never, the caller decides. */
  private send(options: Dispatcher.DispatchOptions, answer: ServerResponse, requestId: string, retries: number): void {
    this.pool.dispatch(options, {
      onRequestStart: (controller) => {
        const abandon = (): void => {
          if (!answer.writableFinished) controller.abort(new Error('The caller left.'));
        };
        if (answer.destroyed) abandon();
        else answer.once('close', abandon);
      },
      onResponseStart: (_controller, status, headers) => startAnswer(answer, status, headers, requestId),
      onResponseData: (controller, chunk) => {
        if (answer.write(chunk)) return;
        controller.pause();
        answer.once('drain', () => controller.resume());
      },
      onResponseEnd: () => void answer.end(),
      onResponseError: (_controller, error) => {
        if (answer.destroyed) return;
        if (answer.headersSent) answer.destroy();
        else if (retries > 0 && wasCutOff(error)) this.send(options, answer, requestId, retries - 1);
        else this.refuse(answer, requestId, error);
      },
    });
  }

  private refuse(answer: ServerResponse, requestId: string, error: Error): void {
    const code = codeOf(error);
    if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
      return refuse(answer, requestId, 504, 'service_timeout', `${this.name} did not answer in time.`);
    }
    if (wasCutOff(error)) {
      return refuse(
        answer,
        requestId,
        502,
        'service_broke_off',
        `${this.name} broke off. Repeat a write with the same Idempotency-Key.`,
      );
    }
    refuse(answer, requestId, 503, 'service_unavailable', `${this.name} cannot be reached right now.`);
  }
}

function headersOf(request: FastifyRequest): string[] {
  const raw = request.raw.rawHeaders;
  const headers: string[] = [];
  const named = request.headers.connection;
  // Names listed in Connection belong to the connection too; nearly always it is only keep-alive.
  const dropped = named && named.length > 10 ? new Set(named.toLowerCase().split(/\s*,\s*/)) : undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? '';
    if (!notPassedOn.has(name) && !dropped?.has(name)) headers.push(name, raw[index + 1] ?? '');
  }
  headers.push('request-id', request.id, 'x-forwarded-for', request.socket.remoteAddress ?? '127.0.0.1');
  headers.push('x-forwarded-proto', 'http', 'x-forwarded-host', request.headers.host ?? 'localhost');
  return headers;
}

function startAnswer(answer: ServerResponse, status: number, headers: IncomingHttpHeaders, requestId: string): void {
  // An interim answer (1xx) is between the service and the edge.
  if (status < 200) return;
  for (const name of notPassedBack) headers[name] &&= undefined;
  headers['request-id'] ??= requestId;
  const set: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) set[name] = value;
  }
  answer.writeHead(status, set);
}

function refuse(answer: ServerResponse, requestId: string, status: number, code: string, detail: string): void {
  const body = problem(status, code, detail, requestId);
  const headers = { 'content-type': problemType, 'content-length': Buffer.byteLength(body), 'request-id': requestId };
  answer.writeHead(status, status === 503 ? { ...headers, 'retry-after': '1' } : headers);
  answer.end(body);
}

function codeOf(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function wasCutOff(error: Error): boolean {
  const code = codeOf(error);
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}
