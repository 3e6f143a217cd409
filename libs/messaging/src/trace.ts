import { ROOT_CONTEXT, trace, TraceFlags, type Context, type Link, type Span } from '@opentelemetry/api';
import type { Envelope } from '@florin/contracts';
import type { Cause } from '@florin/kernel';

const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The tracer of everything that messaging does; spans go nowhere when no exporter is set. */
export function messagingTracer() {
  return trace.getTracer('florin.messaging');
}

/** A context whose span is the remote one that the W3C header names; the root context where there is none. */
export function contextFrom(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = traceparentPattern.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags) return ROOT_CONTEXT;
  const traceFlags = parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** The W3C header that names this span, or undefined when no tracing runs. */
export function traceparentOf(span: Span): string | undefined {
  const { traceId, spanId, traceFlags } = span.spanContext();
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** A link from a set's span to the span that said one of its messages; none without a trace. */
export function linkTo(traceparent: string | undefined): Link[] {
  const context = trace.getSpanContext(contextFrom(traceparent));
  return context ? [{ context }] : [];
}

/** The trace id inside a W3C header, for logs and dead letters. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparentPattern.exec(traceparent ?? '')?.[1];
}

/** What a message causes: give it to Outbox.addAll where one set handles many messages and the ambient cause cannot know which. */
export function causeOf(envelope: Envelope<unknown>): Cause {
  return { correlationId: envelope.correlationid, causationId: envelope.id, traceparent: envelope.traceparent };
}
