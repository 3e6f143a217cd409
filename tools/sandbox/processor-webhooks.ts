import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { ProcessorEvent } from './charges';

/** Waits between attempts: quick at first so that a service that restarts hears soon, then patient. The last one repeats. */
const retryWaitsMs = [300, 1_000, 3_000, 10_000, 30_000];
const maxAttempts = 40;
const maxConcurrent = 16;
const answerTimeoutMs = 5_000;

/** The header a receiver verifies: Stripe's scheme, HMAC-SHA256 over `timestamp.body`, in hex. */
export function signatureHeader(body: string, secret: string, timestampSeconds: number): string {
  const signature = createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex');
  return `t=${timestampSeconds},v1=${signature}`;
}

interface Sending {
  event: ProcessorEvent;
  attempt: number;
  dueAt: number;
  copy: boolean;
}

/** Sends each event until it is taken (2xx), in its own time: a receiver must cope with late, doubled and disordered ones. */
export class WebhookSender {
  private readonly waiting: Sending[] = [];
  private active = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly options: { secret: string; url: () => string | undefined },
    private readonly delivered: (event: ProcessorEvent, attempts: number) => void,
  ) {}

  send(event: ProcessorEvent, wish: { delayMs?: number; twice?: boolean } = {}): void {
    const dueAt = Date.now() + (wish.delayMs ?? 0);
    this.waiting.push({ event, attempt: 0, dueAt, copy: false });
    if (wish.twice) this.waiting.push({ event, attempt: 0, dueAt, copy: true });
    this.pump();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private pump(): void {
    clearTimeout(this.timer);
    if (this.stopped || !this.options.url()) return;
    const now = Date.now();
    for (let index = 0; index < this.waiting.length && this.active < maxConcurrent;) {
      const sending = this.waiting[index];
      if (sending && sending.dueAt <= now) {
        this.waiting.splice(index, 1);
        void this.deliver(sending);
      } else index += 1;
    }
    if (this.waiting.length === 0 || this.active >= maxConcurrent) return;
    const next = Math.min(...this.waiting.map((sending) => sending.dueAt));
    this.timer = setTimeout(() => this.pump(), Math.max(next - now, 5)).unref();
  }

  private async deliver(sending: Sending): Promise<void> {
    this.active += 1;
    const taken = await this.post(sending.event).catch(() => false);
    this.active -= 1;
    const attempts = sending.attempt + 1;
    if (taken) {
      if (!sending.copy) this.delivered(sending.event, attempts);
    } else if (attempts < maxAttempts) {
      const wait = retryWaitsMs[Math.min(sending.attempt, retryWaitsMs.length - 1)] ?? 0;
      this.waiting.push({ ...sending, attempt: attempts, dueAt: Date.now() + wait });
    }
    this.pump();
  }

  private async post(event: ProcessorEvent): Promise<boolean> {
    const url = this.options.url();
    if (!url) return false;
    const body = JSON.stringify(event);
    const answer = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'stripe-signature': signatureHeader(body, this.options.secret, Math.floor(Date.now() / 1000)),
      },
      body,
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
    });
    await answer.body.dump();
    return answer.statusCode >= 200 && answer.statusCode < 300;
  }
}
