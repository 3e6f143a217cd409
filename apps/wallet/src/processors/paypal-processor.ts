import { hourMs } from '@florin/kernel';
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
import { toDecimal } from './decimal-amounts';
import { PaypalCertificates } from './paypal-certificates';
import { PaypalConnection, type PaypalConnectionOptions, type PaypalReply } from './paypal-connection';
import {
  codeOf,
  factOf,
  issueOf,
  type PaypalAmount,
  type PaypalCapture,
  type PaypalOrder,
  type PaypalRefund,
  refundFactOf,
} from './paypal-facts';
import { newsOf } from './paypal-webhooks';

export interface PaypalOptions extends PaypalConnectionOptions {
  webhookId: string;
  certificatesOrigin: string;
}

/**
 * PayPal keeps the request id of an order for six hours (https://developer.paypal.com/docs/api/orders/v2/#orders_create).
 * A repeat after that would put the money aside a second time, so it is not made in the last of them.
 */
const orderKeyLivesMs = 5 * hourMs;

/** Speaks PayPal Orders v2 and Payments v2: an order that authorises a vaulted card at once, captured in parts. */
export class PaypalProcessor implements CardProcessor {
  readonly name = 'paypal';
  private readonly connection: PaypalConnection;
  private readonly certificates: PaypalCertificates;

  constructor(private readonly options: PaypalOptions) {
    this.connection = new PaypalConnection(options);
    this.certificates = new PaypalCertificates(options);
  }

  async authorise(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    const amount = amountOf(charge);
    if (!amount) return { fact: 'failed', code: notExpressible };
    const body = {
      intent: 'AUTHORIZE',
      purchase_units: [{ reference_id: charge.id, custom_id: charge.id, invoice_id: charge.id, amount }],
      payment_source: { card: { vault_id: charge.cardToken } },
    };
    const reply = await this.connection.send('POST', '/v2/checkout/orders', signal, body, `authorise:${charge.id}`);
    const issue = issueOf(reply.body);
    if (reply.status === 422 && isDecline(issue)) return { fact: 'declined', code: codeOf(issue, 'card_declined') };
    if (reply.status === 400 || reply.status === 422) return { fact: 'failed', code: codeOf(issue, 'request_refused') };
    return factOf(expected(reply) as PaypalOrder);
  }

  async capture(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    const { part } = charge;
    const id = part?.id ?? charge.id;
    const amount = part && amountOf({ amountMinor: part.amountMinor, currency: charge.currency });
    if (part && !amount) return { fact: 'capture_failed', code: notExpressible };
    const body = { invoice_id: id, final_capture: part?.isFinal ?? true, ...(amount && { amount }) };
    const path = `/v2/payments/authorizations/${charge.providerAuthorisation}/capture`;
    const reply = await this.connection.send('POST', path, signal, body, `capture:${id}`);
    if (reply.status === 400 || reply.status === 422) {
      // Somebody else has moved it on: what it is now is the answer. If it could still be taken, this is the no.
      const found = await this.query(charge, signal);
      const isOpen = found.fact === 'authorised' || (found.fact === 'captured' && found.isOpen);
      return isOpen ? { fact: 'capture_failed', code: codeOf(issueOf(reply.body), 'capture_failed') } : found;
    }
    const capture = expected(reply) as PaypalCapture;
    if (capture.status === 'DECLINED' || capture.status === 'FAILED')
      return { fact: 'capture_failed', code: codeOf(capture.status_details?.reason, 'capture_declined') };
    // The answer tells of this part alone; the order tells of all of them.
    const all = await this.query(charge, signal);
    return all.fact === 'captured' ? { ...all, capture: capture.id } : all;
  }

  async void(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    const path = `/v2/payments/authorizations/${charge.providerAuthorisation}/void`;
    const reply = await this.connection.send('POST', path, signal, undefined, `void:${charge.id}`);
    if (reply.status !== 422) expected(reply);
    return this.query(charge, signal);
  }

  /** PayPal finds an order by its own id only; without it, the question that made the order is asked again under its key. */
  async query(charge: Charge, signal: AbortSignal): Promise<ChargeFact> {
    if (charge.providerReference === null) {
      if (Date.now() - charge.createdAt.getTime() > orderKeyLivesMs)
        throw new ProcessorSilent('the key of the order has ended: only a webhook can tell');
      return this.authorise(charge, signal);
    }
    return factOf(await this.orderOf(charge.providerReference, signal));
  }

  async refund(refund: CardRefund, signal: AbortSignal): Promise<RefundFact> {
    const amount = amountOf(refund);
    if (!amount) return { fact: 'refund_failed', code: notExpressible };
    const body = { amount, invoice_id: refund.key, custom_id: refund.key };
    const path = `/v2/payments/captures/${refund.captureReference}/refund`;
    const reply = await this.connection.send('POST', path, signal, body, `refund:${refund.key}`);
    if (reply.status === 400 || reply.status === 404 || reply.status === 422)
      return { fact: 'refund_failed', code: codeOf(issueOf(reply.body), 'refund_failed') };
    return refundFactOf(expected(reply) as PaypalRefund);
  }

  async queryRefund(refund: CardRefund, signal: AbortSignal): Promise<RefundFact> {
    if (refund.refundReference !== null) {
      const reply = await this.connection.send('GET', `/v2/payments/refunds/${refund.refundReference}`, signal);
      return refundFactOf(expected(reply) as PaypalRefund);
    }
    const order = await this.orderOf(refund.providerReference, signal);
    const refunds = order.purchase_units?.[0]?.payments?.refunds ?? [];
    const found = refunds.find(({ invoice_id: key }) => key === refund.key);
    return found ? refundFactOf(found) : { fact: 'absent' };
  }

  async hear(webhook: IncomingWebhook): Promise<WebhookNews> {
    await this.certificates.verify(webhook, this.options.webhookId);
    return newsOf(webhook.body);
  }

  private async orderOf(id: string, signal: AbortSignal): Promise<PaypalOrder> {
    return expected(await this.connection.send('GET', `/v2/checkout/orders/${id}`, signal)) as PaypalOrder;
  }
}

const notExpressible = 'amount_not_expressible';

function amountOf({ amountMinor, currency }: { amountMinor: number; currency: string }): PaypalAmount | undefined {
  const value = toDecimal(amountMinor, currency);
  return value === undefined ? undefined : { currency_code: currency, value };
}

const declines: ReadonlySet<string> = new Set([
  'INSTRUMENT_DECLINED',
  'CARD_EXPIRED',
  'PAYMENT_DENIED',
  'PAYER_CANNOT_PAY',
  'PAYER_ACCOUNT_RESTRICTED',
  'TRANSACTION_REFUSED',
]);
const isDecline = (issue: string | undefined): boolean => issue !== undefined && declines.has(issue);

/** Anything that is neither a success nor a business no tells nothing about the charge. */
function expected({ status, body }: PaypalReply): unknown {
  if (status >= 200 && status < 300) return body;
  throw new ProcessorSilent(`PayPal answered ${status}`);
}
