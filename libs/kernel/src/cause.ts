import { AsyncLocalStorage } from 'node:async_hooks';

/** Why something happens: the request or message it comes from, and its W3C trace context. */
export interface Cause {
  /** Same for everything that one request set off, in every service. */
  correlationId: string;
  /** Id of the message that led directly to this. */
  causationId?: string;
  traceparent?: string;
}

const ambient = new AsyncLocalStorage<Cause>();

/** Runs the work with this cause; what it says through the outbox carries it. */
export function withCause<T>(cause: Cause, work: () => T): T {
  return ambient.run(cause, work);
}

/** The cause of the request or message being handled, if one is. */
export function currentCause(): Cause | undefined {
  return ambient.getStore();
}
