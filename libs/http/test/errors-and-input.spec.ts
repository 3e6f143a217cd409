import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp, TestIssuer } from './probe-app';

let app: NestFastifyApplication;
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await TestIssuer.create();
  app = await startApp(issuer);
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url: `/api/v1${url}`, headers });
const post = (payload: string | object, type = 'application/json', url = '/api/v1/things/open') =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': type },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
const thing = { name: 'mug', lines: [{ sku: 'M-1', quantity: 2 }] };

describe('errors', () => {
  it.each([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not_found', 404],
    ['conflict', 409],
    ['gone', 410],
    ['precondition_failed', 412],
    ['too_large', 413],
    ['unsupported_media', 415],
    ['unprocessable', 422],
    ['precondition_required', 428],
    ['rate_limited', 429],
    ['unavailable', 503],
  ])('GW-15: a refusal of kind %s answers %i as problem+json with a stable code', async (kind, status) => {
    const answer = await get(`/things/fails/${kind}`, { 'request-id': 'client-id-1' });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: 'urn:florin:problem:as_asked',
      title: expect.any(String) as string,
      status,
      detail: 'As asked.',
      code: 'as_asked',
      request_id: 'client-id-1',
    });
    expect(answer.headers['retry-after']).toBe(kind === 'unavailable' ? '7' : undefined);
  });

  it('GW-15: a bug answers 500 and says nothing about our insides', async () => {
    const answer = await get('/things/fails/bug');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'internal_error', request_id: answer.headers['request-id'] });
    expect(answer.body).not.toMatch(/SELECT|srv|stack/);
  });

  it('GW-16: a lost database answers 503 with a time to try again, not 500', async () => {
    const answer = await get('/things/fails/lost');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body).not.toContain('terminating');
  });

  it('GW-15: an unknown route is 404 route_not_found, a known one with another method 405 with Allow', async () => {
    const unknown = await get('/nothing/here');
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'route_not_found']);
    const wrong = await app.inject({ method: 'DELETE', url: '/api/v1/things/open' });
    expect([wrong.statusCode, wrong.json().code, wrong.headers['allow']]).toEqual([
      405,
      'method_not_allowed',
      'GET, HEAD, POST',
    ]);
  });

  it('GW-15: a path that cannot be decoded is 400 problem+json', async () => {
    const answer = await get('/things/%zz');
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'malformed_request']);
    expect(answer.headers['content-type']).toContain('problem+json');
  });
});

describe('input', () => {
  it('SEC-13: names the fields at fault with codes', async () => {
    const answer = await post({
      name: '',
      email: 'nobody',
      lines: [
        { sku: 'a', quantity: 0 },
        { sku: 'b', quantity: 1, extra: 1 },
      ],
      price: 3,
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().code).toBe('validation_failed');
    const errors = answer.json<{ errors: { field: string; code: string }[] }>().errors;
    expect(errors.map(({ field, code }) => [field, code]).sort()).toEqual([
      ['email', 'is_email'],
      ['lines[0].quantity', 'min'],
      ['lines[1].extra', 'unknown_field'],
      ['name', 'min_length'],
      ['price', 'unknown_field'],
    ]);
  });

  it('accepts what fits', async () => {
    expect((await post(thing)).statusCode).toBe(201);
  });

  it.each<[string, string, number, string]>([
    ['broken JSON', '{"name": ', 400, 'malformed_json'],
    ['no JSON at all', 'hello', 400, 'malformed_json'],
    ['a __proto__ key', '{"name":"a","lines":[],"__proto__":{"admin":true}}', 400, 'malformed_json'],
    [
      'a constructor.prototype key',
      '{"name":"a","lines":[],"constructor":{"prototype":{"admin":true}}}',
      400,
      'malformed_json',
    ],
    [
      'a constructor key',
      '{"name":"a","lines":[{"sku":"a","quantity":1,"constructor":"x"}]}',
      400,
      'validation_failed',
    ],
    ['a NUL character', '{"name":"a\\u0000b","lines":[]}', 400, 'validation_failed'],
    ['half a surrogate pair', '{"name":"a\\ud800b","lines":[]}', 400, 'validation_failed'],
    ['half a surrogate pair in a key', '{"name":"a","lines":[],"\\udfff":1}', 400, 'validation_failed'],
    ['an array for an object', '[1,2]', 400, 'validation_failed'],
    ['a string for an object', '"text"', 400, 'validation_failed'],
    ['a number for an object', '12', 400, 'validation_failed'],
    ['null', 'null', 400, 'validation_failed'],
    ['an array in an array', '{"name":"a","lines":[[]]}', 400, 'validation_failed'],
    ['an array for a nested object', '{"name":"a","lines":[],"origin":[]}', 400, 'validation_failed'],
    [
      'an object in an array for a nested object',
      '{"name":"a","lines":[],"origin":[{"country":"DE"}]}',
      400,
      'validation_failed',
    ],
    ['an object for an array', '{"name":"a","lines":{}}', 400, 'validation_failed'],
    ['null in an array', '{"name":"a","lines":[null]}', 400, 'validation_failed'],
    ['nothing', '', 400, 'malformed_json'],
    ['nesting without end', `{"name":${'['.repeat(5_000)}${']'.repeat(5_000)},"lines":[]}`, 400, 'validation_failed'],
    ['a number beyond exactness', '{"name":"a","lines":[{"sku":"a","quantity":1e400}]}', 400, 'validation_failed'],
  ])('SEC-13: %s is refused, never 500', async (_, payload, status, code) => {
    const answer = await post(payload);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('SEC-13: too large a body is 413, another media type 415', async () => {
    const large = await post({ ...thing, name: 'x'.repeat(1_100_000) });
    expect([large.statusCode, large.json().code]).toEqual([413, 'body_too_large']);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await post('name=a', type);
      expect([answer.statusCode, answer.json().code]).toEqual([415, 'unsupported_media_type']);
    }
  });

  it('SEC-13: single query values are exact: no NaN, no silent false, not twice', async () => {
    expect((await get('/things/number?n=4&yes=true&text=a')).json()).toEqual({ n: 4, yes: true, text: 'a' });
    expect((await get('/things/number?n=four')).json().code).toBe('validation_failed');
    expect((await get('/things/number?yes=maybe')).json().code).toBe('validation_failed');
    expect((await get('/things/number?text=a&text=b')).json().code).toBe('validation_failed');
    expect((await get('/things/number?text=a%00')).statusCode).toBe(400);
  });

  it('SEC-14: what cannot be an id in a path is 404 before any SQL', async () => {
    const authorization = `Bearer ${await issuer.token()}`;
    for (const id of ["'%20OR%201=1--", '1', '%00', 'zzzzzzzz-0000-7000-8000-000000000000']) {
      const answer = await get(`/things/${id}`, { authorization });
      expect([400, 404]).toContain(answer.statusCode);
    }
    const known = '0198f3a2-7c1e-7abc-8def-0123456789AB';
    expect((await get(`/things/${known}`, { authorization })).json()).toEqual({ id: known.toLowerCase() });
  });
});

describe('answers', () => {
  it('SEC-08: secret fields never leave, whatever a handler returns', async () => {
    const answer = await get('/things/leaks');
    expect(answer.json()).toEqual({
      id: 1,
      user: [{ note: 'the "password_hash": is fine here' }],
      refresh_token: 'meant',
    });
  });

  it('echoes a safe Request-Id, replaces an unsafe one, and makes it the correlation of what follows', async () => {
    const safe = await get('/things/cause', { 'request-id': 'order-service:42.a' });
    expect(safe.headers['request-id']).toBe('order-service:42.a');
    expect(safe.json()).toEqual({ correlationId: 'order-service:42.a' });
    const unsafe = await get('/things/cause', { 'request-id': 'a b"<script>' });
    expect(unsafe.headers['request-id']).toMatch(/^[0-9a-f-]{36}$/);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const posted = await app.inject({
      method: 'POST',
      url: '/api/v1/things/open',
      headers: { 'request-id': 'with-a-body', traceparent },
      payload: thing,
    });
    expect(posted.json()).toMatchObject({ cause: { correlationId: 'with-a-body', traceparent } });
  });
});
