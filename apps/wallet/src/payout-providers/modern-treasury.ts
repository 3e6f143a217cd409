import { createHmac, timingSafeEqual } from 'node:crypto';
import { hourMs, isId, Refusal } from '@florin/kernel';
import { Agent, request } from 'undici';
import type { PayoutDetails } from '../beneficiaries/beneficiary-vault';
import type { PayoutFact } from '../withdrawals/withdrawal-states';
import {
  type PayoutNews,
  type PayoutOrder,
  payoutProvider,
  type PayoutProvider,
  ProviderSilent,
  type WebhookHeaders,
} from './payout-provider';

export interface ModernTreasuryOptions {
  url: string;
  organizationId: string;
  apiKey: string;
  webhookKey: string;
  /** Our account there, from which is paid. */
  originatingAccountId: string;
  timeoutMs: number;
}

interface PaymentOrder {
  id: string;
  status: string;
  metadata?: { withdrawal_id?: string };
}

interface ErrorBody {
  errors?: { code?: string };
}

interface Reply {
  status: number;
  body: unknown;
}

/** A key is known for 24 hours (https://docs.moderntreasury.com/reference/idempotent-requests); an hour of it is for slow clocks and calls. */
const keyLifetimeMs = 23 * hourMs;
/** Answers that say no to a payout. Any other (a wrong key, the same one in flight, too many, a fault) says nothing about it. */
const refusals: ReadonlySet<number> = new Set([400, 422]);
const longestEventId = 200;

/** What a payment order's status says (https://docs.moderntreasury.com/reference/payment-orders). */
const meanings: Readonly<Record<string, PayoutFact['fact']>> = {
  needs_approval: 'accepted',
  approved: 'accepted',
  pending: 'accepted',
  held: 'accepted',
  processing: 'accepted',
  sent: 'accepted',
  completed: 'paid',
  failed: 'failed',
  denied: 'failed',
  cancelled: 'failed',
  stopped: 'failed',
  returned: 'returned',
  reversed: 'returned',
};

/** Speaks the payment-orders protocol of Modern Treasury to whichever server is configured: SEPA credit transfers, and wires for what is not euro. */
export class ModernTreasury implements PayoutProvider {
  readonly name = payoutProvider;
  readonly keyLifetimeMs = keyLifetimeMs;
  private readonly agent = new Agent({ connections: 32, pipelining: 1 });

  constructor(private readonly options: ModernTreasuryOptions) {}

  async submit(order: PayoutOrder, to: PayoutDetails, signal: AbortSignal): Promise<PayoutFact> {
    const body = {
      type: order.currency === 'EUR' ? 'sepa' : 'wire',
      direction: 'credit',
      amount: order.amountMinor,
      currency: order.currency,
      originating_account_id: this.options.originatingAccountId,
      receiving_account: {
        party_name: to.holder,
        account_details: [{ account_number: to.iban, account_number_type: 'iban' }],
      },
      metadata: { withdrawal_id: order.id },
    };
    const reply = await this.send('POST', '/api/payment_orders', signal, body, order.id);
    if (refusals.has(reply.status))
      return { fact: 'failed', code: (reply.body as ErrorBody | null)?.errors?.code ?? 'refused' };
    return factOf(expected(reply) as PaymentOrder);
  }

  /** By our id, which also finds what we never had an answer to. */
  async query(order: PayoutOrder, signal: AbortSignal): Promise<PayoutFact> {
    const path = `/api/payment_orders?metadata%5Bwithdrawal_id%5D=${order.id}`;
    const found = expected(await this.send('GET', path, signal));
    if (!Array.isArray(found)) throw new ProviderSilent('the provider answered with no list');
    const [first] = found as PaymentOrder[];
    return first ? factOf(first) : { fact: 'absent' };
  }

  read(body: Buffer, headers: WebhookHeaders): PayoutNews {
    const signature = headers['x-signature'];
    const expectedSignature = createHmac('sha256', this.options.webhookKey).update(body).digest();
    const given = Buffer.from(typeof signature === 'string' ? signature : '', 'hex');
    if (given.length !== expectedSignature.length || !timingSafeEqual(given, expectedSignature))
      throw new Refusal('unauthenticated', 'webhook_signature_invalid', 'The webhook is not signed by the provider.');
    return newsIn(body, headers);
  }

  private async send(
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal,
    body?: object,
    idempotencyKey?: string,
  ): Promise<Reply> {
    const { organizationId, apiKey, timeoutMs, url } = this.options;
    try {
      const reply = await request(new URL(path, url), {
        method,
        dispatcher: this.agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          authorization: `Basic ${Buffer.from(`${organizationId}:${apiKey}`).toString('base64')}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
        },
        body: body && JSON.stringify(body),
      });
      return { status: reply.statusCode, body: await reply.body.json() };
    } catch (error) {
      throw new ProviderSilent(`${method} ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Anything that is neither a success nor a business no tells nothing about the payout. */
function expected({ status, body }: Reply): unknown {
  if (status >= 200 && status < 300) return body;
  throw new ProviderSilent(`the provider answered ${status}`);
}

function factOf(order: PaymentOrder): PayoutFact {
  const fact = meaningOf(order);
  if (!fact) throw new ProviderSilent(`a payment order is ${order.status}`);
  return fact;
}

function meaningOf({ id: reference, status }: PaymentOrder): PayoutFact | undefined {
  const fact = Object.hasOwn(meanings, status) ? meanings[status] : undefined;
  if (fact === 'failed' || fact === 'returned') return { fact, reference, code: status };
  return fact === 'accepted' || fact === 'paid' ? { fact, reference } : undefined;
}

/** Signed are the bytes alone, so the name of the event is believed as far as that it is counted once. */
function newsIn(body: Buffer, headers: WebhookHeaders): PayoutNews {
  const event = parsed(body);
  const data = event?.data;
  const eventId = headers['x-webhook-id'];
  const isWhole =
    typeof eventId === 'string' &&
    eventId.length > 0 &&
    eventId.length <= longestEventId &&
    typeof event?.event === 'string' &&
    event.event.length <= longestEventId &&
    typeof data?.id === 'string' &&
    data.id.length <= longestEventId &&
    typeof data.status === 'string';
  if (!isWhole) throw new Refusal('invalid', 'webhook_malformed', 'This is no event of the provider.');
  const { id, status, metadata } = data as PaymentOrder;
  const payoutId = metadata?.withdrawal_id;
  const isOurs = headers['x-topic'] === 'payment_order' && isId(payoutId);
  return {
    eventId,
    type: event.event ?? '',
    ...(isOurs && { payoutId, fact: meaningOf({ id, status }) }),
    payload: {
      event: event.event,
      id,
      status: status.slice(0, longestEventId),
      ...(isOurs && { withdrawal_id: payoutId }),
    },
  };
}

function parsed(body: Buffer): { event?: string; data?: Partial<PaymentOrder> | null } | null {
  try {
    return JSON.parse(body.toString('utf8')) as { event?: string; data?: Partial<PaymentOrder> | null } | null;
  } catch {
    throw new Refusal('invalid', 'malformed_json', 'The body is not JSON.');
  }
}
