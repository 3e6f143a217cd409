import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { PaymentOrder } from './payouts-book';

const retryMs = [200, 1_000, 3_000, 10_000];
const mostAttempts = 40;
const answerTimeoutMs = 5_000;

/** What a status is called when it is told (https://docs.moderntreasury.com/reference/payment-orders). */
const events: Readonly<Record<string, string>> = { processing: 'begin_processing', sent: 'finish_processing' };

/** The header a receiver verifies: HMAC-SHA256 over the body, in hex. */
export const payoutSignature = (body: string, webhookKey: string): string =>
  createHmac('sha256', webhookKey).update(body).digest('hex');

export const eventOf = (order: PaymentOrder, status: string = order.status): string =>
  JSON.stringify({ event: events[status] ?? status, data: { ...order, status } });

/** Says what became of orders until it is taken (2xx), in its own time. */
export class PayoutWebhooks {
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;

  constructor(private readonly options: { webhookKey: string; url: () => string | undefined }) {}

  /** The same event as often as asked, under one id. */
  tell(order: PaymentOrder, status: string, times: number): void {
    const [id, body] = [randomUUID(), eventOf(order, status)];
    for (let copy = 0; copy < times; copy += 1) this.later(0, () => this.deliver(id, body, 0));
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  private later(milliseconds: number, work: () => Promise<void>): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void work();
    }, milliseconds);
    this.timers.add(timer);
  }

  private async deliver(id: string, body: string, attempt: number): Promise<void> {
    if ((await this.post(id, body).catch(() => false)) || attempt >= mostAttempts) return;
    this.later(retryMs[Math.min(attempt, retryMs.length - 1)] ?? 0, () => this.deliver(id, body, attempt + 1));
  }

  private async post(id: string, body: string): Promise<boolean> {
    const url = this.options.url();
    if (!url) return false;
    const answer = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-signature': payoutSignature(body, this.options.webhookKey),
        'x-topic': 'payment_order',
        'x-webhook-id': id,
      },
      body,
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
    });
    await answer.body.dump();
    return answer.statusCode >= 200 && answer.statusCode < 300;
  }
}
