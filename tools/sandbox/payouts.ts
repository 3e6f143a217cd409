import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Kept, PayoutBook, type PaymentOrder } from './payouts-book';
import { type Lie, lieOf } from './payouts-lies';
import { readNewOrder } from './payouts-requests';
import { PayoutWebhooks } from './payouts-webhooks';

export type { Lie, Status } from './payouts-lies';
export { eventOf, payoutSignature } from './payouts-webhooks';

export interface PayoutSandboxOptions {
  /** 0 or absent: a free port. */
  port?: number;
  host?: string;
  organizationId: string;
  apiKey: string;
  /** Signs the webhooks. */
  webhookKey: string;
  /** Where events go. May be set later; events wait until then. */
  webhookUrl?: string;
  /** Folder of the log. Absent: nothing survives a restart. */
  dir?: string;
  /** Between two steps of an order. */
  stepMs?: number;
  /** How long a lost answer is kept back before the line is cut. */
  slowAnswerMs?: number;
  /** Decides how each order behaves; by the holder's name unless said. */
  lie?: (order: { intent: string; holder: string; amount: number }) => Lie;
}

const defaults = { host: '127.0.0.1', stepMs: 400, slowAnswerMs: 30_000 };
const pageLimit = 100;

/**
 * A payout provider that lies on request: it takes an order and says nothing, breaks after taking it, says things twice, in
 * the wrong order or wrongly, fails and pays all the same. Its book says what it really paid. It speaks the payment-orders
 * dialect of Modern Treasury.
 */
export class PayoutSandbox {
  readonly book: PayoutBook;
  webhookUrl: string | undefined;
  private readonly server: FastifyInstance;
  private readonly webhooks: PayoutWebhooks;
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;

  constructor(private readonly options: PayoutSandboxOptions) {
    this.webhookUrl = options.webhookUrl;
    this.book = new PayoutBook(options.dir === undefined ? undefined : join(options.dir, 'payouts.jsonl'));
    this.webhooks = new PayoutWebhooks({ webhookKey: options.webhookKey, url: () => this.webhookUrl });
    this.server = fastify({ forceCloseConnections: true });
    this.server.addHook('onRequest', (request, reply, done) => {
      if (request.url === '/readyz' || this.mayCall(request)) return done();
      void reply.code(401).send(fault('unauthorized', 'Show organization id and API key as basic authentication.'));
    });
    this.server.get('/readyz', () => ({ status: 'ok' }));
    this.server.post('/api/payment_orders', (request, reply) => this.create(request, reply));
    this.server.get('/api/payment_orders', (request) => this.list(request));
    this.server.get('/api/sandbox/book', () => this.book.movements);
  }

  get url(): string {
    const address = this.server.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return `http://${this.options.host ?? defaults.host}:${port}`;
  }

  async start(): Promise<this> {
    await this.book.load();
    await this.server.listen({ port: this.options.port ?? 0, host: this.options.host ?? defaults.host });
    for (const kept of this.book.orders.values()) this.goOn(kept);
    return this;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.webhooks.stop();
    await this.server.close();
    await this.book.close();
  }

  /** Whether every order has come to its end. */
  get isSettled(): boolean {
    return [...this.book.orders.values()].every((kept) => kept.step >= this.lieFor(kept).becomes.length);
  }

  private mayCall(request: FastifyRequest): boolean {
    const { organizationId, apiKey } = this.options;
    const shown = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Basic ${Buffer.from(`${organizationId}:${apiKey}`).toString('base64')}`);
    return shown.length === wanted.length && timingSafeEqual(shown, wanted);
  }

  private async create(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const input = readNewOrder(request.body);
    if (typeof input === 'string') return reply.code(422).send(fault('parameter_invalid', input));
    const header = request.headers['idempotency-key'];
    const key = typeof header === 'string' ? header : undefined;
    const known = this.book.known(key, input);
    if (known === 'reused')
      return reply.code(409).send(fault('idempotency_key_reused', 'Another body under this key.'));
    if (known) return reply.code(201).send(known.order);
    const { holder, ...wish } = input;
    const intent = wish.metadata['withdrawal_id'] ?? '';
    const lie = this.decide({ intent, holder, amount: wish.amount });
    if (lie.losesQuestions && (this.book.lost.get(intent) ?? 0) < lie.losesQuestions) {
      await this.book.lose(intent);
      return this.hangUp(request, reply);
    }
    const order: Omit<PaymentOrder, 'id'> = {
      ...wish,
      object: 'payment_order',
      status: 'approved',
      created_at: new Date().toISOString(),
    };
    const kept = await this.book.take(key, input, holder, order);
    this.goOn(kept);
    if (lie.breaksAfterTaking) return reply.code(500).send(fault('internal', 'Something broke.'));
    if (lie.losesAnswer) {
      await this.pause(this.options.slowAnswerMs ?? defaults.slowAnswerMs);
      return this.hangUp(request, reply);
    }
    return reply.code(201).send(kept.order);
  }

  private list(request: FastifyRequest): PaymentOrder[] {
    const { ['metadata[withdrawal_id]']: intent } = request.query as Record<string, string | undefined>;
    const kept = intent === undefined ? [...this.book.orders.values()] : this.book.ofIntent(intent);
    return kept
      .filter((each) => Date.now() >= Date.parse(each.order.created_at) + (this.lieFor(each).hidesMs ?? 0))
      .slice(-pageLimit)
      .map(({ order }) => order);
  }

  /** Takes the next step of an order's fate, and says what it says of it. */
  private goOn(kept: Kept): void {
    const lie = this.lieFor(kept);
    const status = lie.becomes[kept.step];
    if (status === undefined) return;
    const steps = lie.pausesAt === kept.order.status ? 10 : 1;
    this.later(steps * (this.options.stepMs ?? defaults.stepMs), async () => {
      const next = await this.book.become(kept, status);
      const said = lie.says ? lie.says[kept.step] : status;
      if (said !== undefined) this.webhooks.tell(next.order, said, lie.times ?? 1);
      // What is left to say is said with the last step.
      if (next.step === lie.becomes.length)
        for (const more of lie.says?.slice(next.step) ?? []) this.webhooks.tell(next.order, more, lie.times ?? 1);
      this.goOn(next);
    });
  }

  private lieFor({ order, holder }: Kept): Lie {
    return this.decide({ intent: order.metadata['withdrawal_id'] ?? '', holder, amount: order.amount });
  }

  private decide(order: { intent: string; holder: string; amount: number }): Lie {
    return this.options.lie ? this.options.lie(order) : lieOf(order.holder);
  }

  private hangUp(request: FastifyRequest, reply: FastifyReply): undefined {
    reply.hijack();
    request.raw.socket.destroy();
    return undefined;
  }

  private later(milliseconds: number, work: () => Promise<void>): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void work();
    }, milliseconds);
    this.timers.add(timer);
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.later(milliseconds, () => {
        resolve();
        return Promise.resolve();
      });
      if (this.stopped) resolve();
    });
  }
}

/** Starts a payout provider, in this process: tests use it as it is, the local run gives it a process of its own. */
export function startPayouts(options: PayoutSandboxOptions): Promise<PayoutSandbox> {
  return new PayoutSandbox(options).start();
}

function fault(code: string, message: string): { errors: { code: string; message: string } } {
  return { errors: { code, message } };
}
