import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  authorise,
  cancel,
  capture,
  type Decision,
  giveBack,
  type PaymentIntent,
  type ProcessorEvent,
  refuse,
} from './charges';
import { BadRequest, readCapture, readNewIntent, readRefund } from './processor-requests';
import { ProcessorState } from './processor-state';
import { signatureHeader } from './processor-webhooks';
import { WebhookSender } from './webhook-sender';

export { signatureHeader } from './processor-webhooks';

export interface ProcessorOptions {
  /** 0 or absent: a free port. */
  port?: number;
  host?: string;
  /** Where events go. May be set later; events wait until then. */
  webhookUrl?: string;
  /** Signs the webhooks. */
  secret: string;
  /** The bearer key a caller must show. */
  apiKey: string;
  /** Folder of the log. Absent: nothing survives a restart. */
  dir?: string;
  /** How long `tok_timeout` keeps its answer back. */
  slowAnswerMs?: number;
  /** How long `tok_late` keeps its webhooks back. */
  lateWebhookMs?: number;
}

const defaults = { host: '127.0.0.1', slowAnswerMs: 30_000, lateWebhookMs: 4_000 };
const pageLimit = 1_000;

/**
 * A card processor to develop and test against: a real HTTP server with its own memory, its own log and its own idea of time.
 * It shares nothing with the services and, like a real one, it can decline, answer late, say things twice, or be killed.
 */
export class Processor {
  private readonly server: FastifyInstance;
  private readonly state: ProcessorState;
  private readonly webhooks: WebhookSender<ProcessorEvent>;
  private readonly stopping = new AbortController();
  webhookUrl: string | undefined;

  constructor(private readonly options: ProcessorOptions) {
    this.webhookUrl = options.webhookUrl;
    this.state = new ProcessorState(options.dir === undefined ? undefined : join(options.dir, 'processor.jsonl'));
    const sign = (body: string) => ({
      'stripe-signature': signatureHeader(body, options.secret, Math.floor(Date.now() / 1000)),
    });
    this.webhooks = new WebhookSender({ sign, url: () => this.webhookUrl }, (event, attempts) =>
      this.state.markDelivered(event, attempts),
    );
    this.server = fastify({ forceCloseConnections: true });
    this.server.setErrorHandler((error, _request, reply) => answerError(error, reply));
    this.server.addHook('onRequest', (request, reply, done) => {
      if (request.url === '/readyz' || this.mayCall(request)) return done();
      const message = 'Show the API key as a bearer token.';
      void send(reply, refuse(401, { type: 'authentication_error', code: 'api_key_invalid', message }));
    });
    this.writes();
    this.reads();
  }

  get port(): number {
    const address = this.server.server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  get url(): string {
    return `http://${this.options.host ?? defaults.host}:${this.port}`;
  }

  async start(): Promise<this> {
    await this.state.load();
    await this.server.listen({ port: this.options.port ?? 0, host: this.options.host ?? defaults.host });
    for (const event of this.state.undelivered()) this.webhooks.send(event);
    return this;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.webhooks.stop();
    await this.server.close();
    await this.state.close();
  }

  private mayCall(request: FastifyRequest): boolean {
    const shown = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${this.options.apiKey}`);
    return shown.length === wanted.length && timingSafeEqual(shown, wanted);
  }

  private writes(): void {
    this.server.post('/v1/payment_intents', (request, reply) => {
      const input = readNewIntent(request.body);
      return this.perform(request, reply, input, () => authorise(input));
    });
    this.server.post<{ Params: { id: string } }>('/v1/payment_intents/:id/capture', (request, reply) => {
      const wanted = readCapture(request.body);
      return this.perform(request, reply, { id: request.params.id, ...wanted }, () =>
        this.onIntent(request.params.id, (intent) => capture(intent, wanted)),
      );
    });
    this.server.post<{ Params: { id: string } }>('/v1/payment_intents/:id/cancel', (request, reply) =>
      this.perform(request, reply, { id: request.params.id }, () => this.onIntent(request.params.id, cancel)),
    );
    this.server.post('/v1/refunds', (request, reply) => {
      const input = readRefund(request.body);
      return this.perform(request, reply, input, () =>
        this.onIntent(input.paymentIntent, (intent) => giveBack(intent, input.amount, input.metadata)),
      );
    });
  }

  private reads(): void {
    const state = this.state;
    this.server.get('/readyz', () => ({ status: 'ok' }));
    this.server.get<{ Querystring: { metadata_ref?: string } }>('/v1/payment_intents', (request) => {
      const reference = request.query.metadata_ref;
      return listOf(reference === undefined ? latest(state.intents) : state.intentsOf(reference));
    });
    this.server.get<{ Params: { id: string } }>('/v1/payment_intents/:id', (request, reply) =>
      send(
        reply,
        this.onIntent(request.params.id, (intent) => ({ status: 200, body: intent })),
      ),
    );
    this.server.get<{ Querystring: { payment_intent?: string; metadata_ref?: string } }>('/v1/refunds', (request) => {
      const { payment_intent: intent, metadata_ref: reference } = request.query;
      const matches = [...state.refunds.values()].filter(
        (refund) =>
          (intent === undefined || refund.payment_intent === intent) &&
          (reference === undefined || refund.metadata['ref'] === reference),
      );
      return listOf(matches.slice(-pageLimit).reverse());
    });
    this.server.get('/v1/events', () =>
      listOf(latest(state.events).map(({ event, attempts }) => ({ ...event, delivered_after_attempts: attempts }))),
    );
  }

  private onIntent(id: string, decide: (intent: PaymentIntent) => Decision): Decision {
    const intent = this.state.intents.get(id);
    if (intent) return decide(intent);
    return refuse(404, { type: 'invalid_request_error', code: 'resource_missing', message: `No such payment: ${id}` });
  }

  private async perform(
    request: FastifyRequest,
    reply: FastifyReply,
    input: unknown,
    decide: () => Decision,
  ): Promise<FastifyReply> {
    const header = request.headers['idempotency-key'];
    const key = typeof header === 'string' ? `${request.routeOptions.url ?? ''} ${header}` : undefined;
    const done = await this.state.once(key, input, decide);
    const token = done.intent?.payment_method;
    if (done.event) {
      const delayMs = token === 'tok_late' ? (this.options.lateWebhookMs ?? defaults.lateWebhookMs) : 0;
      this.webhooks.send(done.event, { delayMs, twice: token === 'tok_twice' });
    }
    // The money moved; only the answer is late. Asking again with the same key gets the answer at once.
    const authorising = request.routeOptions.url === '/v1/payment_intents';
    if (token === 'tok_timeout' && authorising) await this.pause(this.options.slowAnswerMs ?? defaults.slowAnswerMs);
    if (done.replayed) void reply.header('idempotent-replayed', 'true');
    return send(reply, done);
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.stopping.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** Starts a processor, in this process: tests use it as it is, the local run gives it a process of its own. */
export function startProcessor(options: ProcessorOptions): Promise<Processor> {
  return new Processor(options).start();
}

function send(reply: FastifyReply, decision: Decision): FastifyReply {
  return reply.code(decision.status).send(decision.body);
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof BadRequest) {
    return reply.code(400).send({
      error: { type: 'invalid_request_error', code: 'parameter_invalid', param: error.param, message: error.message },
    });
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  const message = status < 500 && error instanceof Error ? error.message : 'The processor failed.';
  return reply
    .code(status)
    .send({ error: { type: status < 500 ? 'invalid_request_error' : 'api_error', code: 'request_failed', message } });
}

function listOf<Item>(data: Item[]): { object: 'list'; data: Item[] } {
  return { object: 'list', data };
}

function latest<Item>(map: Map<string, Item>): Item[] {
  return [...map.values()].slice(-pageLimit).reverse();
}
