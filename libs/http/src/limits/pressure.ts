import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often trouble is looked at, and over how long 5xx are counted. */
const intervalMs = 1_000;
const seconds = 10;
/** Fewer requests than this say nothing about a share. */
const enoughRequests = 20;
const resolutionMs = 20;

/** From the worst down: when it holds, each request costs that many. */
const levels = [
  { cost: 10, lagMs: 1_000, failedShare: 0.5 },
  { cost: 4, lagMs: 300, failedShare: 0.2 },
  { cost: 2, lagMs: 100, failedShare: 0.05 },
] as const;

export interface Trouble {
  /** Event-loop delay of the last second, 90th percentile. */
  lagMs: number;
  /** Share of answers of the last ten seconds that were 5xx, 0 to 1. */
  failedShare: number;
}

/** What one request costs under this trouble: 1 when all is well, up to 10. */
export function costUnder(trouble: Trouble): number {
  return levels.find((level) => trouble.lagMs >= level.lagMs || trouble.failedShare >= level.failedShare)?.cost ?? 1;
}

/** Watches the process and says what a request costs right now; adaptive limits shrink as it rises. */
export class Pressure {
  private current = 1;
  private readonly answered = new Array<number>(seconds).fill(0);
  private readonly failed = new Array<number>(seconds).fill(0);
  private slot = 0;
  private histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  private timer: NodeJS.Timeout | undefined;

  get cost(): number {
    return this.current;
  }

  start(): void {
    this.histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    this.histogram.enable();
    this.timer = setInterval(() => this.look(), intervalMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.histogram?.disable();
  }

  count(status: number): void {
    this.answered[this.slot] = (this.answered[this.slot] ?? 0) + 1;
    // 503 with overload is our own brake; counting it would keep the brake on.
    if (status >= 500 && status !== 503) this.failed[this.slot] = (this.failed[this.slot] ?? 0) + 1;
  }

  look(): void {
    const lagMs = this.histogram ? Math.max(0, this.histogram.percentile(90) / 1e6 - resolutionMs) : 0;
    this.histogram?.reset();
    const answered = sum(this.answered);
    this.current = costUnder({ lagMs, failedShare: answered >= enoughRequests ? sum(this.failed) / answered : 0 });
    this.slot = (this.slot + 1) % seconds;
    this.answered[this.slot] = 0;
    this.failed[this.slot] = 0;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
