export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Resolves after the time, or at once when the signal is aborted: loops that wait must also be able to stop. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Exponential backoff with full jitter: a random wait up to base × 2^attempt, never above the limit. Attempts count from 0. */
export function backoffMs(
  attempt: number,
  baseMs: number,
  limitMs: number,
  random: () => number = Math.random,
): number {
  return Math.floor(random() * Math.min(limitMs, baseMs * 2 ** Math.min(attempt, 30)));
}
