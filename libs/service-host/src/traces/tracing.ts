import { createRequire } from 'node:module';
import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { BaseConfig } from '../config';
import { AsyncContext } from './async-context';
import { SpanRing } from './span-ring';

const exportTimeoutMs = 5_000;

type TracingConfig = Pick<BaseConfig, 'LOCAL_RUN' | 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER_ARG'>;

/** The tracing of this process. */
export interface Tracing {
  /** The last spans, in a local run. */
  ring?: SpanRing;
  /** Sends what is waiting. Never fails: a trace store that is down must not keep a service from ending. */
  flush(): Promise<void>;
}

let started: Tracing | undefined;

/**
 * Starts OpenTelemetry once per process. Spans are made by hand where it matters (requests, publishing, handling),
 * not by patching libraries. Without an exporter and outside a local run nothing is recorded, but trace ids still
 * travel from request to message to handler and stand in the logs.
 */
export function startTracing(service: string, config: TracingConfig): Tracing {
  if (started) return started;
  const ring = config.LOCAL_RUN ? new SpanRing() : undefined;
  const exporter = config.OTEL_EXPORTER_OTLP_ENDPOINT ? exporterTo(config.OTEL_EXPORTER_OTLP_ENDPOINT) : undefined;
  const spanProcessors = [ring, exporter].filter((processor) => processor !== undefined);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'florin' }),
    sampler: new ParentBasedSampler({ root: rootSampler(config, spanProcessors.length > 0) }),
    spanProcessors,
  });
  context.setGlobalContextManager(new AsyncContext().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  started = { ring, flush: () => provider.forceFlush({ timeoutMillis: exportTimeoutMs }).catch(() => undefined) };
  return started;
}

function rootSampler(config: TracingConfig, isRecording: boolean): Sampler {
  if (!isRecording) return new AlwaysOffSampler();
  return config.LOCAL_RUN ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG);
}

/** Loaded only where it is used: the exporter brings five megabytes of protocol code. */
function exporterTo(endpoint: string): SpanProcessor {
  type Exporter = typeof import('@opentelemetry/exporter-trace-otlp-http');
  const { OTLPTraceExporter } = createRequire(__filename)('@opentelemetry/exporter-trace-otlp-http') as Exporter;
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  return new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs }) });
}
