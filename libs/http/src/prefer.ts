import { fromHeader } from './from-header';

/** Longest wait a client may ask for; beyond it proxies start to give up. */
const longestWaitSeconds = 30;

/** Seconds of `Prefer: wait=N` (RFC 7240), 0 when it was not asked or cannot be read; at most 30. */
export function parsePrefer(header: string | string[] | undefined): number {
  if (header === undefined) return 0;
  const text = Array.isArray(header) ? header.join(',') : header;
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])/i.exec(text)?.[1];
  return wait === undefined ? 0 : Math.min(Number(wait), longestWaitSeconds);
}

/** Seconds that the client is ready to wait for the end: `@WaitSeconds() waitSeconds: number`. */
export const WaitSeconds = fromHeader(
  {
    name: 'Prefer',
    required: false,
    description: `\`wait=N\` waits up to N seconds (${longestWaitSeconds} at the most) for the end, and answers 201 with it; 202 when it takes longer.`,
  },
  parsePrefer,
);
