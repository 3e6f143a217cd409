import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, trace } from '@opentelemetry/api';
import { sleep } from '@florin/kernel';
import { startTracing } from './tracing';

describe('tracing', () => {
  it('sends spans to the endpoint as OTLP over HTTP, children under their parents across waits', async () => {
    const bodies: string[] = [];
    const collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(`${request.method} ${request.url} ${body}`);
        response.setHeader('content-type', 'application/json').end('{}');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => collector.once('listening', listening));
    const { port } = collector.address() as AddressInfo;

    const tracing = startTracing('orders', {
      LOCAL_RUN: false,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_TRACES_SAMPLER_ARG: 1,
    });
    const tracer = trace.getTracer('test');
    const parent = tracer.startSpan('parent');
    const child = await context.with(trace.setSpan(context.active(), parent), async () => {
      await sleep(5);
      return tracer.startSpan('child');
    });
    child.end();
    parent.end();
    await tracing.flush();
    collector.close();

    expect(child.spanContext().traceId).toBe(parent.spanContext().traceId);
    expect(tracing.ring).toBeUndefined();
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toContain('POST /v1/traces');
    expect(bodies[0]).toContain('orders');
    expect(bodies[0]).toContain('child');
  });
});
