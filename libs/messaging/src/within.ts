import { sleep } from '@florin/kernel';

/** Waits for the work, but no longer than this: true when it was done in time. Throws what the work throws. Leaves no timer behind. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  try {
    return await Promise.race([work.then(() => true), sleep(milliseconds, over.signal).then(() => false)]);
  } finally {
    over.abort();
  }
}

/** Waits for the work unless the signal comes first: then undefined, and what the work does later is nobody's business. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return undefined;
  }
  let stop: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
