import { createHmac, createPublicKey } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Caller, RevokedSessions, VerifiedTokens } from '../src';
import { Keys, startTrusting } from './probe';

let keys: Keys;
let app: NestFastifyApplication;
let get: Awaited<ReturnType<typeof startTrusting>>['get'];
beforeAll(async () => {
  keys = await Keys.create('key-1');
  ({ app, get } = await startTrusting(keys));
});
afterAll(() => app.close());

describe('tokens', () => {
  it('GW-05, AUTH-47: a verified token opens the route, and its claims are the caller', async () => {
    expect(await get('me', await keys.sign())).toMatchObject({
      status: 200,
      body: { subject: 'user-1', roles: ['customer'], merchant: 'm-1', kind: 'user' },
    });
    expect(
      await get('me', await keys.sign({ sub: 'worker', client_id: 'worker', roles: ['system'], merchants: '*' })),
    ).toMatchObject({ body: { kind: 'service' } });
  });

  it('GW-05: no token is 401 with a Bearer challenge; a public route asks for none', async () => {
    expect(await get('me')).toEqual({
      status: 401,
      body: { code: 'token_missing', detail: expect.any(String) as string },
      challenge: 'Bearer realm="florin"',
    });
    expect(await get('open')).toMatchObject({ status: 200 });
    expect(await get('open', 'rubbish')).toMatchObject({ status: 200 });
  });

  it('AUTH-03: refuses what is forged, foreign, stale or not an access token', async () => {
    const stranger = await Keys.create('key-1');
    const other = await Keys.create('key-of-nobody');
    const good = await keys.sign();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: 'key-1' })).toString('base64url');
    const hs = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })).toString('base64url');
    const pem = createPublicKey({ key: keys.jwks.keys[0] as never, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    const now = Math.floor(Date.now() / 1_000);
    const bad: Record<string, string> = {
      'other key, same id': await stranger.sign(),
      'unknown key id': await other.sign(),
      'no key id': await keys.sign({}, { kid: undefined }),
      'alg none': `${unsigned}.${payload}.`,
      'public key as HMAC secret': `${hs}.${payload}.${createHmac('sha256', pem).update(`${hs}.${payload}`).digest('base64url')}`,
      'changed claims': `${header}.${Buffer.from(JSON.stringify({ sub: 'admin' })).toString('base64url')}.${signature}`,
      'id token': await keys.sign({}, { typ: 'JWT' }),
      'other issuer': await keys.sign({ iss: 'https://evil.test' }),
      'other audience': await keys.sign({ aud: 'somebody' }),
      'no expiry': await keys.sign({ exp: undefined }),
      'not yet': await keys.sign({ nbf: now + 600 }),
      'no subject': await keys.sign({ sub: undefined }),
      'roles no list': await keys.sign({ roles: 'platform_admin' }),
      'merchants no list': await keys.sign({ merchants: { 0: '*' } }),
      rubbish: 'a.b.c',
      'one part': 'abc',
      'very long': `${good}${'a'.repeat(20_000)}`,
    };
    for (const [why, token] of Object.entries(bad)) {
      const answer = await get('me', token);
      expect([why, answer.status]).toEqual([why, 401]);
      expect(answer.challenge).toContain('Bearer');
    }
    expect(await get('me', await keys.sign({ exp: now - 30 }))).toMatchObject({
      status: 401,
      body: { code: 'token_expired' },
      challenge: expect.stringContaining('invalid_token') as string,
    });
  });

  it('AUTH-03: clocks may differ by a few seconds', async () => {
    expect(await get('me', await keys.sign({ exp: Math.floor(Date.now() / 1_000) - 2 }))).toMatchObject({
      status: 200,
    });
  });

  it('AUTH-44: a verified token is remembered by its hash until it expires', async () => {
    const cache = app.get(VerifiedTokens);
    const token = await keys.sign({ jti: 'remember-me', exp: Math.floor(Date.now() / 1_000) + 60 });
    const before = cache.size;
    await get('me', token);
    expect(cache.size).toBe(before + 1);
    expect(cache.get(VerifiedTokens.keyOf(token))?.subject).toBe('user-1');
    await get('me', token);
    expect(cache.size).toBe(before + 1);
  });

  it('AUTH-44: the cache is bounded and forgets what has expired', () => {
    const cache = new VerifiedTokens(2);
    const caller = new Caller({ subject: 'a', kind: 'user', roles: [], merchants: [] });
    cache.put('1', caller, Date.now() + 1_000);
    cache.put('2', caller, Date.now() - 1);
    expect(cache.get('2')).toBeUndefined();
    cache.put('3', caller, Date.now() + 1_000);
    cache.get('1');
    cache.put('4', caller, Date.now() + 1_000);
    expect([cache.get('1'), cache.get('3'), cache.get('4')]).toEqual([caller, undefined, caller]);
  });

  it('GAP-AUTH-06: a revoked session is refused although its token has not expired', async () => {
    const token = await keys.sign({ sid: 'session-gone' });
    expect((await get('me', token)).status).toBe(200);
    app.get(RevokedSessions).add('session-gone');
    expect(await get('me', token)).toMatchObject({ status: 401, body: { code: 'session_revoked' } });
    expect((await get('me', await keys.sign({ sid: 'session-here' }))).status).toBe(200);
  });
});

it('many first requests at the same time each get their own caller', async () => {
  const subjects = Array.from({ length: 50 }, (_, index) => `user-${index}`);
  const answers = await Promise.all(
    subjects.map(async (sub) => (await get('me', await keys.sign({ sub }))).body['subject']),
  );
  expect(answers).toEqual(subjects);
});
