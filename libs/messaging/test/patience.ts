import { eventually as within } from '@florin/testing';

/** Tests wait for facts, not for times: on a busy machine they only take longer. */
const patienceMs = 60_000;
jest.setTimeout(2 * patienceMs);

/** Waits until it is so. */
export function eventually<T>(check: () => T | Promise<T>): ReturnType<typeof within<T>> {
  return within(check, { timeoutMs: patienceMs });
}
