export interface EventuallyOptions {
  /** Default 10 s. */
  timeoutMs?: number;
  /** Default 25 ms. */
  everyMs?: number;
}

/**
 * Waits until the check passes and gives its value: it passes when it neither throws nor gives false, null or undefined.
 * After the time limit it fails with the check's own last error.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (value !== null && value !== undefined && value !== false)
        return value as Exclude<T, false | null | undefined>;
      failure = new Error(`still ${String(value)} after ${timeoutMs} ms`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= deadline) throw failure;
    await new Promise((done) => setTimeout(done, options.everyMs ?? 25));
  }
}
