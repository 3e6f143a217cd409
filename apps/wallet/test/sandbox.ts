import { type PaypalSandbox, type PaypalSandboxOptions, startPaypal } from '../../../tools/sandbox/paypal';
import { type Processor, signatureHeader, startProcessor } from '../../../tools/sandbox/processor';

/** The wallet's account at the processor: the defaults of a local run. */
export const apiKey = 'sk_local';
const secret = 'whsec_local';

export interface SandboxOptions {
  /** How long `tok_timeout` keeps its answer back. */
  slowAnswerMs?: number;
  /** How long `tok_late` keeps its webhooks back. */
  lateWebhookMs?: number;
}

/** The card processor of the local run, with a memory of its own. */
export type Sandbox = Processor;

export function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  return startProcessor({ apiKey, secret, ...options });
}

/** The header with which the processor signs a webhook; by another secret where it is forged. */
export function signed(body: string, atSeconds: number, by: string = secret): Record<string, string> {
  return { 'stripe-signature': signatureHeader(body, by, Math.floor(atSeconds)) };
}

/** The second processor, of another shape. */
export type Paypal = PaypalSandbox;
export type PaypalOptions = Partial<PaypalSandboxOptions>;

/** The wallet's account there: the defaults of a local run. */
export function startPaypalSandbox(options: PaypalOptions): Promise<Paypal> {
  const account = { clientId: 'client_local', clientSecret: 'secret_local', webhookId: 'WH-LOCAL' };
  return startPaypal({ pendingMs: 300, ...account, ...options });
}
