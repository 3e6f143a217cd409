import { Agent, request } from 'undici';
import {
  type CardProcessor,
  type CardRefund,
  type Charge,
  type ChargeFact,
  ProcessorSilent,
  type RefundFact,
} from './card-processor';

export interface StripeOptions {
  url: string;
  apiKey: string;
  timeoutMs: number;
}

interface Intent {
  id: string;
  status: string;
  last_payment_error?: { code?: string };
}

interface ErrorBody {
  error?: { code?: string; payment_intent?: Intent };
}

interface Refund {
  id: string;
  status: string;
  failure_reason?: string;
}

interface Reply {
  status: number;
  body: unknown;
}

/** Answers that say no to a refund. Any other (a wrong key, too many requests, a fault) says nothing about it. */
const refusals: ReadonlySet<number> = new Set([400, 402, 404]);

/** Speaks the payment-intents protocol (https://docs.stripe.com/api/payment_intents), as JSON, to whichever server is configured. */
export class StripeProcessor implements CardProcessor {
  readonly name = 'stripe';
  private readonly agent = new Agent({ connections: 32, pipelining: 1 });

  constructor(private readonly options: StripeOptions) {}

  async authorise(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    const body = {
      amount: charge.amountMinor,
      currency: charge.currency.toLowerCase(),
      payment_method: charge.cardToken,
      capture_method: 'manual',
      metadata: { ref: charge.id },
    };
    const reply = await this.send('POST', '/v1/payment_intents', signal, body, `authorise:${charge.id}`);
    if (reply.status === 402) {
      const { error } = reply.body as ErrorBody;
      return { fact: 'declined', reference: error?.payment_intent?.id, code: error?.code ?? 'card_declined' };
    }
    return factOf(this.expect(reply) as Intent);
  }

  async capture(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    const reply = await this.send(
      'POST',
      `/v1/payment_intents/${charge.providerReference}/capture`,
      signal,
      {},
      `capture:${charge.id}`,
    );
    if (reply.status === 402)
      return { fact: 'capture_failed', code: (reply.body as ErrorBody).error?.code ?? 'capture_failed' };
    // Somebody else has moved it on: what it is now is the answer.
    if (reply.status === 400) return this.query(charge, signal);
    return factOf(this.expect(reply) as Intent);
  }

  async void(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    const reply = await this.send(
      'POST',
      `/v1/payment_intents/${charge.providerReference}/cancel`,
      signal,
      {},
      `void:${charge.id}`,
    );
    if (reply.status === 400) return this.query(charge, signal);
    return factOf(this.expect(reply) as Intent);
  }

  async query(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    const reply = await this.send('GET', `/v1/payment_intents?metadata_ref=${charge.id}`, signal);
    const [intent] = (this.expect(reply) as { data: Intent[] }).data;
    return intent ? factOf(intent) : { fact: 'absent' };
  }

  async refund(refund: CardRefund, signal: AbortSignal): Promise<RefundFact> {
    const body = { payment_intent: refund.providerReference, amount: refund.amountMinor, metadata: { ref: refund.id } };
    const reply = await this.send('POST', '/v1/refunds', signal, body, `refund:${refund.id}`);
    if (refusals.has(reply.status))
      return { fact: 'refund_failed', code: (reply.body as ErrorBody).error?.code ?? 'refund_failed' };
    return refundFactOf(this.expect(reply) as Refund);
  }

  async queryRefund(refund: CardRefund, signal: AbortSignal): Promise<RefundFact> {
    const reply = await this.send(
      'GET',
      `/v1/refunds?payment_intent=${refund.providerReference}&metadata_ref=${refund.id}`,
      signal,
    );
    const [found] = (this.expect(reply) as { data: Refund[] }).data;
    return found ? refundFactOf(found) : { fact: 'absent' };
  }

  private async send(
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal,
    body?: object,
    idempotencyKey?: string,
  ): Promise<Reply> {
    try {
      const reply = await request(new URL(path, this.options.url), {
        method,
        dispatcher: this.agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.options.timeoutMs)]),
        headers: {
          authorization: `Bearer ${this.options.apiKey}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
        },
        body: body && JSON.stringify(body),
      });
      return { status: reply.statusCode, body: await reply.body.json() };
    } catch (error) {
      throw new ProcessorSilent(`${method} ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Anything that is neither a success nor a business no tells nothing about the charge. */
  private expect(reply: Reply): unknown {
    if (reply.status >= 200 && reply.status < 300) return reply.body;
    throw new ProcessorSilent(`the processor answered ${reply.status}`);
  }
}

/** Whether a payment intent's status is one that says how the charge stands. */
export function isTelling(status: string): boolean {
  return ['requires_capture', 'succeeded', 'canceled', 'requires_payment_method'].includes(status);
}

/** What a payment intent's status says. */
export function factOf(intent: Intent): ChargeFact {
  if (intent.status === 'requires_capture') return { fact: 'authorised', reference: intent.id };
  if (intent.status === 'succeeded') return { fact: 'captured', reference: intent.id };
  if (intent.status === 'canceled') return { fact: 'voided', reference: intent.id };
  if (intent.status === 'requires_payment_method') {
    return { fact: 'declined', reference: intent.id, code: intent.last_payment_error?.code ?? 'card_declined' };
  }
  throw new ProcessorSilent(`a payment intent is ${intent.status}`);
}

export function refundFactOf(refund: Refund): RefundFact {
  if (refund.status === 'succeeded') return { fact: 'refunded', reference: refund.id };
  if (refund.status === 'failed' || refund.status === 'canceled')
    return { fact: 'refund_failed', code: refund.failure_reason ?? 'refund_failed' };
  throw new ProcessorSilent(`a refund is ${refund.status}`);
}
