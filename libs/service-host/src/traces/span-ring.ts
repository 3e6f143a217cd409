import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, HrTime } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/** A span as /dev/traces shows it. Times in milliseconds, `started_at` since 1970. */
export interface ShownSpan {
  trace_id: string;
  span_id: string;
  parent_id: string | null;
  /** Other traces that this span belongs to: one set of messages may come from many requests. */
  linked_traces: string[];
  name: string;
  kind: string;
  started_at: number;
  duration_ms: number;
  error: boolean;
  attributes: Attributes;
}

/** About half an hour of clicking; a few hundred kilobytes. */
const keptSpans = 1_000;

/** Keeps the last spans in memory, for a local run without a trace store. */
export class SpanRing implements SpanProcessor {
  private readonly spans: ReadableSpan[] = [];
  private next = 0;

  constructor(private readonly size = keptSpans) {}

  onStart(): void {
    // Only what has ended is kept.
  }

  onEnd(span: ReadableSpan): void {
    this.spans[this.next] = span;
    this.next = (this.next + 1) % this.size;
  }

  /** The kept spans, the latest first; of one trace, when it is named. */
  recent(traceId?: string): ShownSpan[] {
    const inOrder = [...this.spans.slice(this.next), ...this.spans.slice(0, this.next)];
    const wanted = traceId === undefined ? inOrder : inOrder.filter((span) => span.spanContext().traceId === traceId);
    return wanted.map(shown).reverse();
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function shown(span: ReadableSpan): ShownSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    trace_id: traceId,
    span_id: spanId,
    parent_id: span.parentSpanContext?.spanId ?? null,
    linked_traces: span.links.map((link) => link.context.traceId),
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase(),
    started_at: milliseconds(span.startTime),
    duration_ms: milliseconds(span.duration),
    error: span.status.code === SpanStatusCode.ERROR,
    attributes: span.attributes,
  };
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
