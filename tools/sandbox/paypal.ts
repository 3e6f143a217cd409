import { randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import * as orders from './paypal-orders';
import { Malformed, readOrder, readPart } from './paypal-requests';
import { PaypalSigner } from './paypal-signing';
import { type Done, PaypalState } from './paypal-state';
import { WebhookSender } from './webhook-sender';

export interface PaypalSandboxOptions {
  /** 0 or absent: a free port. */
  port?: number;
  host?: string;
  webhookUrl?: string;
  clientId: string;
  clientSecret: string;
  webhookId: string;
  /** Folder of the log. Absent: nothing survives a restart. */
  dir?: string;
  /** How long a token lives. */
  tokenSeconds?: number;
  /** How long `tok_timeout` keeps its answer back. */
  slowAnswerMs?: number;
  /** How long `tok_late` keeps its webhooks back. */
  lateWebhookMs?: number;
  /** How long what is pending stays so. */
  pendingMs?: number;
}

const defaults = {
  host: '127.0.0.1',
  tokenSeconds: 3_600,
  slowAnswerMs: 30_000,
  lateWebhookMs: 4_000,
  pendingMs: 1_000,
};

/**
 * A second payment server to develop and test against, of another shape: PayPal's Orders v2 and Payments v2. Amounts are
 * decimal texts, a token is fetched and expires, captures may be pending, webhooks are signed with a key of its own.
 */
export class PaypalSandbox {
  readonly signer = new PaypalSigner();
  readonly state: PaypalState;
  webhookUrl: string | undefined;
  private readonly server: FastifyInstance;
  private readonly webhooks: WebhookSender<orders.PaypalEvent>;
  private readonly tokens = new Map<string, number>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly options: PaypalSandboxOptions) {
    this.webhookUrl = options.webhookUrl;
    this.state = new PaypalState(options.dir === undefined ? undefined : join(options.dir, 'paypal.jsonl'));
    this.webhooks = new WebhookSender({ sign: (body) => this.signed(body), url: () => this.webhookUrl }, ({ id }) => {
      void this.state.keep({ delivered: id });
    });
    this.server = fastify({ forceCloseConnections: true });
    this.server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
      done(null, body),
    );
    this.server.setErrorHandler((error, _request, reply) => answerError(error, reply));
    this.identity();
    this.writes();
    this.reads();
  }

  get url(): string {
    const address = this.server.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return `http://${this.options.host ?? defaults.host}:${port}`;
  }

  async start(): Promise<this> {
    await this.state.load();
    await this.server.listen({ port: this.options.port ?? 0, host: this.options.host ?? defaults.host });
    for (const event of this.state.undelivered()) this.webhooks.send(event);
    for (const order of this.state.orders.values()) this.goOn(order);
    return this;
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    this.webhooks.stop();
    await this.server.close();
    await this.state.close();
  }

  /** The headers of a webhook of ours. */
  signed(body: string, at = new Date()): Record<string, string> {
    const certificateUrl = `${this.url}/v1/notifications/certs/${this.signer.certificateId}`;
    return this.signer.headers(body, this.options.webhookId, certificateUrl, at);
  }

  /** Ends every token that was given out, as PayPal does when an app's secret changes. */
  endTokens(): void {
    this.tokens.clear();
  }

  /** Orders of one of the caller's references. */
  ordersOf(customId: string): orders.Order[] {
    return [...this.state.orders.values()].filter((order) => order.custom_id === customId);
  }

  private identity(): void {
    const { clientId, clientSecret, tokenSeconds = defaults.tokenSeconds } = this.options;
    this.server.addHook('onRequest', (request, reply, done) => {
      const isOpen =
        ['/readyz', '/v1/oauth2/token'].includes(request.url) || request.url.startsWith('/v1/notifications');
      if (isOpen || this.mayCall(request)) return done();
      void reply.code(401).send({ error: 'invalid_token', error_description: 'Token signature verification failed' });
    });
    this.server.post('/v1/oauth2/token', (request, reply) => {
      const wanted = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
      if (!isSame(request.headers.authorization ?? '', wanted))
        return reply.code(401).send({ error: 'invalid_client', error_description: 'Client Authentication failed' });
      if (request.body !== 'grant_type=client_credentials')
        return reply.code(400).send({ error: 'unsupported_grant_type' });
      const token = `A21AA${randomBytes(32).toString('base64url')}`;
      this.tokens.set(token, Date.now() + tokenSeconds * 1_000);
      return reply.send({ access_token: token, token_type: 'Bearer', app_id: 'APP-LOCAL', expires_in: tokenSeconds });
    });
    this.server.get('/v1/notifications/certs/:id', (_request, reply) =>
      reply.type('application/x-pem-file').send(this.signer.publicPem),
    );
    this.server.get('/readyz', () => ({ status: 'ok' }));
  }

  private mayCall(request: FastifyRequest): boolean {
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
    return scheme === 'Bearer' && (this.tokens.get(token) ?? 0) > Date.now();
  }

  private writes(): void {
    this.server.post('/v2/checkout/orders', (request, reply) => {
      const input = readOrder(request.body);
      return this.perform(request, reply, input, () => orders.createOrder(input));
    });
    this.server.post<ById>('/v2/payments/authorizations/:id/capture', (request, reply) => {
      const part = readPart(request.body);
      return this.onOrder(request, reply, part, (order) => orders.capture(order, part));
    });
    this.server.post<ById>('/v2/payments/authorizations/:id/void', (request, reply) =>
      this.onOrder(request, reply, null, orders.voidOrder),
    );
    this.server.post<ById>('/v2/payments/captures/:id/refund', (request, reply) => {
      const part = readPart(request.body);
      return this.onOrder(request, reply, part, (order) => orders.refundCapture(order, request.params.id, part));
    });
  }

  private reads(): void {
    for (const path of ['/v2/checkout/orders/:id', '/v2/payments/captures/:id', '/v2/payments/refunds/:id'])
      this.server.get<ById>(path, (request, reply) => {
        const body = this.bodyOf(request.params.id);
        return body ? reply.send(body) : send(reply, orders.refuse(404, 'RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID'));
      });
  }

  /** The latest state of anything by its id. */
  private bodyOf(id: string): object | undefined {
    const order = this.state.ownerOf(id);
    if (!order) return undefined;
    if (order.id === id) return orders.orderBody(order);
    return [order.authorization, ...order.captures, ...order.refunds].find((part) => part.id === id);
  }

  private onOrder(
    request: FastifyRequest<ById>,
    reply: FastifyReply,
    input: unknown,
    decide: (order: orders.Order) => orders.Decision,
  ): Promise<FastifyReply> {
    return this.perform(request, reply, { id: request.params.id, input }, () => {
      const order = this.state.ownerOf(request.params.id);
      return order ? decide(order) : orders.refuse(404, 'RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID');
    });
  }

  private async perform(
    request: FastifyRequest,
    reply: FastifyReply,
    input: unknown,
    decide: () => orders.Decision,
  ): Promise<FastifyReply> {
    const header = request.headers['paypal-request-id'];
    const key = typeof header === 'string' ? `${request.routeOptions.url ?? ''} ${header}` : undefined;
    const done = await this.state.once(key, input, decide);
    const { order } = done;
    if (order && !done.replayed) this.tell(order, done);
    // The money is put aside; only the answer is late. Asking again under the same id gets the answer at once.
    const isSlow = order?.vault_id === 'tok_timeout' && request.routeOptions.url === '/v2/checkout/orders';
    if (isSlow && !done.replayed) await this.pause(this.options.slowAnswerMs ?? defaults.slowAnswerMs);
    return send(reply, done, done.made === undefined ? undefined : this.bodyOf(done.made));
  }

  private tell(order: orders.Order, { events = [] }: orders.Decision): void {
    const { lateWebhookMs = defaults.lateWebhookMs } = this.options;
    for (const event of events) {
      // Disordered: what is said first arrives last.
      const isFirst = event.event_type === 'PAYMENT.AUTHORIZATION.CREATED';
      const isLate = order.vault_id === 'tok_late' || (order.vault_id === 'tok_disorder' && isFirst);
      this.webhooks.send(event, { delayMs: isLate ? lateWebhookMs : 0, twice: order.vault_id === 'tok_twice' });
    }
    this.goOn(order);
  }

  /** What is pending ends by itself, also after a restart. */
  private goOn(order: orders.Order): void {
    const pending = order.captures.find(({ status }) => status === 'PENDING');
    const refund = order.refunds.find(({ status }) => status === 'PENDING');
    if (!pending && !refund) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const latest = this.state.orders.get(order.id);
      if (!latest) return;
      const ended = pending ? orders.endCapture(latest, pending.id) : orders.endRefund(latest, refund?.id ?? '');
      void this.state
        .keep({ order: ended.order, events: ended.events })
        .then(() => ended.order && this.tell(ended.order, ended));
    }, this.options.pendingMs ?? defaults.pendingMs);
    this.timers.add(timer);
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.timers.add(timer);
      this.server.server.once('close', () => resolve());
    });
  }
}

interface ById {
  Params: { id: string };
}

/** Starts one in this process: tests use it as it is, the local run gives it a process of its own. */
export function startPaypal(options: PaypalSandboxOptions): Promise<PaypalSandbox> {
  return new PaypalSandbox(options).start();
}

function isSame(shown: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(shown), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function send(reply: FastifyReply, { status, problem }: Pick<Done, 'status' | 'problem'>, body?: object): FastifyReply {
  return reply.code(status).send(problem ?? body);
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof Malformed) {
    const details = [{ field: error.field, issue: error.issue, location: 'body' }];
    return reply.code(400).send({ name: 'INVALID_REQUEST', message: error.message, details });
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return reply.code(status).send({ name: status < 500 ? 'INVALID_REQUEST' : 'INTERNAL_SERVER_ERROR' });
}
