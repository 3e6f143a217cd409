import { trace } from '@opentelemetry/api';
import { currentCause } from '@florin/kernel';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { currentLogFields } from './log-fields';
import { scrub } from './scrub';

export type Log = Logger;

/** An error as the log shows it. Not its other properties: a database error carries the parameters, and they are people's data. */
interface LoggedError {
  type: string;
  message: string;
  code?: unknown;
  stack?: string;
  cause?: LoggedError;
}

const causeDepth = 5;

function logged(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const described: LoggedError = { type: error.name, message: error.message };
  if ('code' in error) described.code = error.code;
  if (error.stack) described.stack = error.stack;
  if (error.cause !== undefined && depth < causeDepth) described.cause = logged(error.cause, depth + 1);
  return described;
}

/** The trace, request and business ids of whatever is being handled. */
function ambient(): Record<string, unknown> {
  const span = trace.getActiveSpan()?.spanContext();
  const cause = currentCause();
  return {
    ...(cause && { request_id: cause.correlationId, ...(cause.causationId && { message_id: cause.causationId }) }),
    ...(span && { trace_id: span.traceId }),
    ...currentLogFields(),
  };
}

export interface LogOptions {
  service: string;
  level: string;
  /** Default: standard output. */
  destination?: DestinationStream;
}

/** JSON lines with ids and without secrets. */
export function createLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => logged(error) },
      mixin: ambient,
      // Two gates: what a line says last wins over the ambient ids, and no line leaves unread.
      mixinMergeStrategy: (given: object, added: object) => ({ ...added, ...given }),
      hooks: { streamWrite: scrub },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false }),
  );
}
