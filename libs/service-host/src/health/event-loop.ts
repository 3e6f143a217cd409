import { monitorEventLoopDelay } from 'node:perf_hooks';

const windowMs = 10_000;
const resolutionMs = 50;
const nanosecondsPerMs = 1e6;
/** Half of all turns of the loop later than this over a whole window: the process no longer does its work. */
const stuckAboveMs = 1_000;

/** Whether this process still gets round to things. */
export class EventLoop {
  private readonly histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  private readonly timer: NodeJS.Timeout;
  private lastWindowMs = 0;

  constructor() {
    this.histogram.enable();
    this.timer = setInterval(() => {
      this.lastWindowMs = this.delayMs();
      this.histogram.reset();
    }, windowMs).unref();
  }

  /** Median delay in milliseconds, of the last whole window. */
  get medianDelayMs(): number {
    return Math.round(this.lastWindowMs);
  }

  get stuck(): boolean {
    return this.lastWindowMs > stuckAboveMs;
  }

  close(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  private delayMs(): number {
    return this.histogram.count > 0 ? this.histogram.percentile(50) / nanosecondsPerMs - resolutionMs : 0;
  }
}
