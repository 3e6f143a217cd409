import { sleep } from './time';

/** Rounds start this many times their own duration apart. */
const stretch = 2;
/** No round waits longer than this for more to come. */
const longestPauseMs = 200;

/**
 * Spaces the rounds of repeated work that is cheaper together: the slower rounds are, and so the fuller the machine, the
 * longer the next one gathers. A round after a quiet while starts at once.
 */
export class Pace {
  private nextAt = 0;

  /** Waits for its turn, then runs the round. */
  async turn<T>(round: () => Promise<T>, stopped?: AbortSignal): Promise<T> {
    await this.ready(stopped);
    return this.round(round);
  }

  /** Waits until the next round may start. */
  async ready(stopped?: AbortSignal): Promise<void> {
    const pauseMs = this.nextAt - performance.now();
    if (pauseMs > 0) await sleep(pauseMs, stopped);
  }

  /** Runs a round that is ready and remembers how long it took. */
  async round<T>(round: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await round();
    } finally {
      const took = performance.now() - started;
      this.nextAt = started + Math.min(stretch * took, took + longestPauseMs);
    }
  }
}
