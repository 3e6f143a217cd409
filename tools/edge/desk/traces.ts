import type { FastifyInstance } from 'fastify';
import { request } from 'undici';
import { escapeHtml, page } from '../pages';

const fetchTimeoutMs = 3_000;
const listedTraces = 50;

/** One span as a service's ring gives it. Times in milliseconds since 1970. */
export interface Span {
  service: string;
  trace_id: string;
  span_id: string;
  parent_id: string | null;
  name: string;
  kind: string;
  started_at: number;
  duration_ms: number;
  error: boolean;
  attributes: Record<string, unknown>;
  /** Other traces it worked for: one set of messages comes from many requests. */
  linked_traces?: string[];
}

export interface Trace {
  trace_id: string;
  name: string;
  started_at: number;
  duration_ms: number;
  services: string[];
  error: boolean;
  spans: Span[];
}

/** Puts the spans of all services together again, the newest trace first. A span stands in every trace it worked for. */
export function assemble(spans: Span[]): Trace[] {
  const byTrace = new Map<string, Span[]>();
  for (const span of spans) {
    for (const traceId of new Set([span.trace_id, ...(span.linked_traces ?? [])])) {
      const known = byTrace.get(traceId);
      if (known) known.push(span);
      else byTrace.set(traceId, [span]);
    }
  }
  const traces = [...byTrace].map(([traceId, members]): Trace => {
    members.sort((a, b) => a.started_at - b.started_at);
    const startedAt = members[0]?.started_at ?? 0;
    return {
      trace_id: traceId,
      name: members[0]?.name ?? '?',
      started_at: startedAt,
      duration_ms: Math.max(...members.map((span) => span.started_at + span.duration_ms)) - startedAt,
      services: [...new Set(members.map((span) => span.service))],
      error: members.some((span) => span.error),
      spans: members,
    };
  });
  return traces.sort((a, b) => b.started_at - a.started_at);
}

async function spansOf(service: string, url: string): Promise<Span[]> {
  try {
    const answer = await request(`${url}/dev/traces`, { headersTimeout: fetchTimeoutMs, bodyTimeout: fetchTimeoutMs });
    const body = (await answer.body.json()) as { data?: Omit<Span, 'service'>[] };
    return answer.statusCode === 200 ? (body.data ?? []).map((span) => ({ ...span, service })) : [];
  } catch (error) {
    console.error(`no spans from ${service}: ${String(error)}`);
    return [];
  }
}

function list(traces: Trace[]): string {
  const rows = traces.slice(0, listedTraces).map(
    (trace) => `<tr><td>${new Date(trace.started_at).toISOString().slice(11, 23)}</td>
<td class="${trace.error ? 'no' : ''}"><a href="/dev/traces/${trace.trace_id}?format=html">${escapeHtml(trace.name)}</a></td>
<td>${trace.duration_ms.toFixed(1)} ms</td><td>${trace.spans.length}</td><td>${escapeHtml(trace.services.join(' → '))}</td></tr>`,
  );
  return page(
    'traces',
    `<table><tr><th>at</th><th>began with</th><th>took</th><th>spans</th><th>through</th></tr>${rows.join('')}</table>`,
  );
}

/** A waterfall: each span a bar where it happened, as wide as it took. */
function show(trace: Trace): string {
  const total = Math.max(trace.duration_ms, 0.01);
  const rows = trace.spans.map((span) => {
    const left = ((span.started_at - trace.started_at) / total) * 100;
    const width = Math.max((span.duration_ms / total) * 100, 0.4);
    const bar = `<div style="margin-left:${left.toFixed(2)}%;width:${width.toFixed(2)}%;height:.7rem;background:${span.error ? '#b3261e' : '#0b6e4f'}"></div>`;
    return `<tr><td>${escapeHtml(span.service)}</td><td title="${escapeHtml(JSON.stringify(span.attributes))}">${escapeHtml(span.name)}</td>
<td>${span.duration_ms.toFixed(1)} ms</td><td style="width:50%">${bar}</td></tr>`;
  });
  return page(
    'traces',
    `<p><a href="/dev/traces">all traces</a> · <code>${escapeHtml(trace.trace_id)}</code> · ${total.toFixed(1)} ms</p><table>${rows.join('')}</table>`,
  );
}

export function registerTraces(server: FastifyInstance, services: Record<string, string>): void {
  const gather = async (): Promise<Trace[]> => {
    const spans = await Promise.all(Object.entries(services).map(([service, url]) => spansOf(service, url)));
    return assemble(spans.flat());
  };
  server.get<{ Querystring: { format?: string } }>('/dev/traces', async (incoming, reply) => {
    const traces = await gather();
    const json = incoming.query.format === 'json' || incoming.headers.accept === 'application/json';
    return json ? { data: traces.slice(0, listedTraces) } : reply.type('text/html; charset=utf-8').send(list(traces));
  });
  server.get<{ Params: { id: string }; Querystring: { format?: string } }>(
    '/dev/traces/:id',
    async (incoming, reply) => {
      const trace = (await gather()).find((candidate) => candidate.trace_id === incoming.params.id);
      if (!trace) return reply.code(404).send({ code: 'trace_not_found', status: 404 });
      return incoming.query.format === 'html' ? reply.type('text/html; charset=utf-8').send(show(trace)) : trace;
    },
  );
}
