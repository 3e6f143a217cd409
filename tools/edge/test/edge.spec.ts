import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createEdge } from '../edge';

type Behaviour = (request: IncomingMessage, body: string, answer: ServerResponse) => void;

const listen = (server: Server): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));

describe('edge', () => {
  let service: Server;
  let edge: FastifyInstance;
  let url: string;
  let behave: Behaviour;

  beforeEach(async () => {
    behave = (request, body, answer) => {
      answer.setHeader('content-type', 'application/json');
      answer.setHeader('x-kept', 'yes');
      answer.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
    };
    service = createServer((request, answer) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => behave(request, body, answer));
    });
    const port = await listen(service);
    edge = createEdge({
      port: 0,
      host: '127.0.0.1',
      services: { orders: `http://127.0.0.1:${port}`, auth: 'http://127.0.0.1:9' },
      deskUrl: undefined,
      asyncapiFile: '/nowhere',
      answerTimeoutMs: 1_000,
    });
    url = await edge.listen({ port: 0, host: '127.0.0.1' });
  });

  afterEach(async () => {
    await edge.close();
    service.closeAllConnections();
    await new Promise((done) => service.close(done));
  });

  interface Echo {
    method: string;
    url: string;
    headers: Record<string, string>;
    body: string;
  }
  const echo = async (path: string, init: RequestInit = {}): Promise<Echo> =>
    (await (await fetch(`${url}${path}`, init)).json()) as Echo;

  it('leads a path to the service of the route table, with query, body and the caller’s headers as they were', async () => {
    const seen = await echo('/api/v1/orders/7/refunds?dry_run=true&x=%2F', {
      method: 'POST',
      body: '{"a": 1 }',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k-1', authorization: 'Bearer t' },
    });
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/api/v1/orders/7/refunds?dry_run=true&x=%2F',
      body: '{"a": 1 }',
    });
    expect(seen.headers).toMatchObject({ 'idempotency-key': 'k-1', authorization: 'Bearer t', 'content-length': '9' });
  });

  it('says itself who called: an address a caller claims is not believed', async () => {
    const seen = await echo('/api/v1/orders', {
      headers: { 'x-forwarded-for': '8.8.8.8', forwarded: 'for=8.8.8.8', 'x-real-ip': '8.8.8.8' },
    });
    expect(seen.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(JSON.stringify(seen.headers)).not.toContain('8.8.8.8');
  });

  it('keeps a Request-Id that is one, gives a new one otherwise, and echoes it', async () => {
    const given = await fetch(`${url}/api/v1/orders`, { headers: { 'request-id': 'abc-1' } });
    expect(given.headers.get('request-id')).toBe('abc-1');
    expect(((await given.json()) as Echo).headers['request-id']).toBe('abc-1');
    const strange = await fetch(`${url}/api/v1/orders`, { headers: { 'request-id': 'a b<script>' } });
    expect(strange.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers 503 with problem+json at once when the service is down', async () => {
    const answer = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({
      status: 503,
      code: 'service_unavailable',
      request_id: answer.headers.get('request-id'),
    });
  });

  it('answers 504 when the service does not answer, 502 when it breaks off: never a hang', async () => {
    behave = () => undefined;
    const slow = await fetch(`${url}/api/v1/orders`, { method: 'POST', body: '{}' });
    expect([slow.status, ((await slow.json()) as { code: string }).code]).toEqual([504, 'service_timeout']);
    behave = (request) => void request.socket.destroy();
    const broken = await fetch(`${url}/api/v1/orders`, { method: 'POST', body: '{}' });
    expect([broken.status, ((await broken.json()) as { code: string }).code]).toEqual([502, 'service_broke_off']);
  });

  it('repeats a read that was cut off once, a write never', async () => {
    let calls = 0;
    const healthy = behave;
    behave = (request, body, answer) => {
      calls += 1;
      if (calls === 1) request.socket.destroy();
      else healthy(request, body, answer);
    };
    expect((await fetch(`${url}/api/v1/orders`)).status).toBe(200);
    calls = 0;
    expect((await fetch(`${url}/api/v1/orders`, { method: 'POST', body: '{}' })).status).toBe(502);
    expect(calls).toBe(1);
  });

  it('passes a large answer through whole, and lets go of the service when the caller leaves', async () => {
    const large = 'x'.repeat(3_000_000);
    const departures: (string | undefined)[] = [];
    behave = (request, _body, answer) => {
      request.socket.once('close', () => departures.push(request.url));
      answer.write(large);
      if (request.url?.endsWith('whole')) answer.end();
    };
    expect(await (await fetch(`${url}/api/v1/orders/whole`)).text()).toHaveLength(large.length);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /api/v1/orders/part HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((done) => socket.once('data', done));
    socket.destroy();
    const deadline = Date.now() + 3_000;
    while (departures.length === 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 10));
    expect(departures).toContain('/api/v1/orders/part');
  });

  it('answers an unknown path itself with 404 and a code', async () => {
    for (const path of ['/api/v1/nothing', '/api/v1/ordersx', '/metrics']) {
      const answer = await fetch(`${url}${path}`);
      expect([path, answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        path,
        404,
        'route_unknown',
      ]);
    }
  });

  it.each(['%', '%ED%A0%80'])('refuses a path that cannot be decoded, %s, with 400 and a code', async (odd) => {
    const answer = await fetch(`${url}/api/v1/orders/${odd}`, { headers: { 'request-id': 'r-12345678' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      expect.stringMatching('^application/problem'),
    ]);
    expect(await answer.json()).toMatchObject({ status: 400, code: 'bad_request', request_id: 'r-12345678' });
  });

  it('serves the API reference from its own disk', async () => {
    for (const path of ['/', '/docs', '/docs/start.js', '/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js']) {
      const answer = await fetch(`${url}${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(await answer.text()).not.toMatch(/(src|href)="https?:/);
    }
  });
});
