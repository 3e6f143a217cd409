import { Agent, request } from 'undici';
import {
  type CardProcessor,
  type CardRefund,
  type Charge,
  type ChargeFact,
  type IncomingWebhook,
  ProcessorSilent,
  type RefundFact,
  type WebhookNews,
} from './card-processor';
import { verifySignature } from './stripe-signature';
import { type Intent, factOf, newsOf, type Refund, refundFactOf } from './stripe-facts';

export interface StripeOptions {
  url: string;
  apiKey: string;
  /** Signs what the processor tells us. */
  webhookSecret: string;
  timeoutMs: number;
}

interface ErrorBody {
  error?: { type?: string; code?: string; payment_intent?: Intent };
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
      return { fact: 'declined', reference: error?.payment_intent?.id, code: codeOf(reply, 'card_declined') };
    }
    if (reply.status === 400 && !isAboutTheKey(reply))
      return { fact: 'failed', code: codeOf(reply, 'request_refused') };
    return factOf(this.expect(reply) as Intent);
  }

  async capture(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    const { part } = charge;
    const path = `/v1/payment_intents/${charge.providerReference}/capture`;
    const body = part ? { amount_to_capture: part.amountMinor, final_capture: part.isFinal } : {};
    const reply = await this.send('POST', path, signal, body, `capture:${part?.id ?? charge.id}`);
    if (reply.status === 402) return { fact: 'capture_failed', code: codeOf(reply, 'capture_failed') };
    if (reply.status === 400) {
      // Somebody else has moved it on: what it is now is the answer. If it could still be taken, this is the no.
      const found = await this.query(charge, signal);
      const isOpen = found.fact === 'authorised' || (found.fact === 'captured' && found.isOpen);
      return isOpen ? { fact: 'capture_failed', code: codeOf(reply, 'capture_failed') } : found;
    }
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
    const body = {
      payment_intent: refund.providerReference,
      amount: refund.amountMinor,
      metadata: { ref: refund.key },
    };
    const reply = await this.send('POST', '/v1/refunds', signal, body, `refund:${refund.key}`);
    if (refusals.has(reply.status)) return { fact: 'refund_failed', code: codeOf(reply, 'refund_failed') };
    return refundFactOf(this.expect(reply) as Refund);
  }

  async queryRefund(refund: CardRefund, signal: AbortSignal): Promise<RefundFact> {
    const path = `/v1/refunds?payment_intent=${refund.providerReference}&metadata_ref=${refund.key}`;
    const reply = await this.send('GET', path, signal);
    const [found] = (this.expect(reply) as { data: Refund[] }).data;
    return found ? refundFactOf(found) : { fact: 'absent' };
  }

  hear({ body, headers, at }: IncomingWebhook): Promise<WebhookNews> {
    const signature = headers['stripe-signature'];
    const shown = typeof signature === 'string' ? signature : undefined;
    verifySignature(shown, body, this.options.webhookSecret, Math.floor(at.getTime() / 1_000));
    return Promise.resolve(newsOf(body));
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

function codeOf({ body }: Reply, otherwise: string): string {
  const code = (body as ErrorBody).error?.code;
  return code !== undefined && /^[a-z][a-z_]{0,99}$/.test(code) ? code : otherwise;
}

/** The same key with other parameters: our own mistake, and no answer about the charge. */
function isAboutTheKey({ body }: Reply): boolean {
  return (body as ErrorBody).error?.type === 'idempotency_error';
}
