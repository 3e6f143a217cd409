import { request } from 'undici';

/** Waits between attempts: quick at first so that a service that restarts hears soon, then patient. The last one repeats. */
const retryWaitsMs = [300, 1_000, 3_000, 10_000, 30_000];
const maxAttempts = 40;
const maxConcurrent = 16;
const answerTimeoutMs = 5_000;

export interface WebhookSenderOptions {
  url: () => string | undefined;
  /** The headers by which the receiver knows who sent it. */
  sign: (body: string) => Record<string, string>;
}

interface Sending<Event> {
  event: Event;
  attempt: number;
  dueAt: number;
  copy: boolean;
}

/** Sends each event until it is taken (2xx), in its own time: a receiver must cope with late, doubled and disordered ones. */
export class WebhookSender<Event> {
  private readonly waiting: Sending<Event>[] = [];
  private active = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly options: WebhookSenderOptions,
    private readonly delivered: (event: Event, attempts: number) => void,
  ) {}

  send(event: Event, wish: { delayMs?: number; twice?: boolean } = {}): void {
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

  private async deliver(sending: Sending<Event>): Promise<void> {
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

  private async post(event: Event): Promise<boolean> {
    const url = this.options.url();
    if (!url) return false;
    const body = JSON.stringify(event);
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.options.sign(body) },
      body,
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
    });
    await answer.body.dump();
    return answer.statusCode >= 200 && answer.statusCode < 300;
  }
}
