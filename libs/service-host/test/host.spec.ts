import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { undeclaredRoutes } from '@florin/access';
import { eventually, startService } from '@florin/testing';
import type { StartedService } from '@florin/testing';
import { writeClockOffset } from '../src';
import type { ShownSpan } from '../src';
import { NotesModule, notesMigrations } from './notes/notes';

const writer = { as: { roles: ['customer'] } };
const hour = 3_600_000;

describe('a service in its host', () => {
  let notes: StartedService;
  const folder = mkdtempSync(join(tmpdir(), 'florin-clock-'));
  const clockFile = join(folder, 'clock.json');

  beforeAll(async () => {
    notes = await startService(NotesModule, { migrations: notesMigrations, env: { TEST_CLOCK_FILE: clockFile } });
  });

  afterAll(async () => {
    await notes.close();
    rmSync(folder, { recursive: true });
  });

  it('K8S-10: says that it is alive, ready and started', async () => {
    for (const path of ['/livez', '/readyz', '/startupz']) {
      const answer = await notes.http.get(path);
      expect([path, answer.status, answer.body['status']]).toEqual([path, 200, 'ok']);
    }
  });

  it('OBS-23, OBS-26: exports its metrics, with the latency of every request by route template and status', async () => {
    await notes.http.post('/api/v1/notes', { text: 'measured' }, writer);
    await notes.http.get('/api/v1/notes/17/broken');
    await notes.http.get('/api/v1/nowhere/12345');
    const { status, headers, body } = await notes.http.get<string>('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain');
    const series = (name: string) =>
      body
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`))
        .map((line) => line.replace(/ \d+$/, ''));
    for (const metric of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds', 'outbox_pending'])
      expect(body.includes(metric)).toBe(true);
    expect(series('http_request_duration_seconds_count')).toEqual(
      expect.arrayContaining([
        'http_request_duration_seconds_count{method="POST",status="201",route="/api/v1/notes"}',
        'http_request_duration_seconds_count{method="GET",status="500",route="/api/v1/notes/:noteId/broken"}',
        'http_request_duration_seconds_count{method="GET",status="404",route="unmatched"}',
      ]),
    );
    expect(series('notes_api_latency_seconds_count')).toContain(
      'notes_api_latency_seconds_count{method="POST",status="201",endpoint="/api/v1/notes"}',
    );
    expect(body.includes('12345')).toBe(false);
  });

  it('GAP-PLT-06: one trace and one correlation id lead from the caller over the request and the outbox to the handler', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'request-id': 'request-from-the-shop' };
    const { body } = await notes.http.post<{ id: string }>('/api/v1/notes', { text: 'traced' }, { ...writer, headers });
    const [heard] = await eventually(async () => {
      const rows = await notes.query<{ traceparent: string }>('SELECT traceparent FROM heard WHERE note_id = $1', [
        body.id,
      ]);
      return rows.length > 0 && rows;
    });
    expect(heard?.traceparent).toContain(traceId);
    const [said] = await notes.query<{ correlation: string }>(
      `SELECT envelope->>'correlationid' AS correlation FROM outbox WHERE subject = $1`,
      [body.id],
    );
    expect(said?.correlation).toBe('request-from-the-shop');

    const spans = await eventually(async () => {
      const shown = await notes.http.get<{ data: ShownSpan[] }>('/dev/traces', { query: { trace_id: traceId } });
      return shown.body.data.some((span) => span.kind === 'consumer') && shown.body.data;
    });
    const server = spans.find((span) => span.kind === 'server');
    const producer = spans.find((span) => span.kind === 'producer');
    expect(server).toMatchObject({
      name: 'POST /api/v1/notes',
      parent_id: 'b7ad6b7169203331',
      attributes: { 'http.response.status_code': 201 },
    });
    expect(producer?.parent_id).toBe(server?.span_id);
    expect(spans.every((span) => span.trace_id === traceId)).toBe(true);
  });

  it('marks the span of a request that failed by our fault', async () => {
    const headers = { traceparent: '00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const answer = await notes.http.get('/api/v1/notes/17/broken', { headers });
    expect(answer.status).toBe(500);
    const shown = await notes.http.get<{ data: ShownSpan[] }>('/dev/traces', {
      query: { trace_id: '1af7651916cd43dd8448eb211c80319c' },
    });
    expect(shown.body.data).toEqual([
      expect.objectContaining({ name: 'GET /api/v1/notes/:noteId/broken', error: true }),
    ]);
  });

  it('moves its clock with the file of the local run', async () => {
    const ahead = async () =>
      Date.parse((await notes.http.get<{ now: string }>('/api/v1/notes/time')).body.now) - Date.now();
    expect(Math.abs(await ahead())).toBeLessThan(5_000);
    writeClockOffset(clockFile, 30 * 24 * hour);
    await eventually(async () => (await ahead()) > 29 * 24 * hour);
  });

  it('declares who may call each of its routes, those of the host included', () => {
    expect(undeclaredRoutes(notes.app)).toEqual([]);
  });

  it('runs a schedule once each time, although several modules use schedules', async () => {
    const [{ ticks } = { ticks: 0 }] = await eventually(async () => {
      const rows = await notes.query<{ ticks: number; seconds: number }>(
        'SELECT count(*) AS ticks, count(DISTINCT round(extract(epoch FROM at))) AS seconds FROM ticks',
      );
      return (rows[0]?.seconds ?? 0) >= 3 && rows;
    });
    const [span] = await notes.query<{ seconds: number }>(
      'SELECT extract(epoch FROM max(at) - min(at))::int + 1 AS seconds FROM ticks',
    );
    expect(ticks).toBeLessThanOrEqual((span?.seconds ?? 0) + 1);
  });
});
