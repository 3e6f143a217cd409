import { createHmac, createPublicKey } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Refusal } from '@florin/kernel';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  AccessModule, type AccessOptions, Caller, CurrentCaller, type JwkSet, Public, requireMerchant, Requires, RevokedSessions, undeclaredRoutes, VerifiedTokens,
} from '../src';

const issuer = 'https://auth.test';
const audience = 'florin';

@Controller('probe')
class ProbeController {
  @Get('open')
  @Public()
  open() {
    return { ok: true };
  }

  @Get('me')
  @Requires('auth.own:read')
  me(@CurrentCaller() caller: Caller) {
    return { subject: caller.subject, roles: caller.roles, merchant: caller.merchantInForce ?? null, kind: caller.kind };
  }

  @Get('orders')
  @Requires('orders.order:read', 'orders.own:read')
  orders(@CurrentCaller() caller: Caller) {
    return { everybody: caller.can('orders.order:read'), merchant: caller.merchantId };
  }

  @Get('merchants/:id')
  @Requires('catalog.merchant:read')
  merchant(@CurrentCaller() caller: Caller, @Param('id') id: string) {
    requireMerchant(caller, id);
    return { id };
  }

  @Get('admin')
  @Requires('catalog.merchant:admin')
  admin() {
    return { ok: true };
  }

  @Get('silent')
  silent() {
    return { ok: true };
  }
}

class Keys {
  private constructor(
    readonly kid: string,
    readonly privateKey: Parameters<SignJWT['sign']>[0],
    readonly jwks: JwkSet,
  ) {}

  static async create(kid: string): Promise<Keys> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    return new Keys(kid, privateKey, { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] });
  }

  sign(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const body = { sub: 'user-1', roles: ['customer'], merchants: ['m-1'], sid: 'session-1', iss: issuer, aud: audience, iat: now, exp: now + 60, ...claims };
    return new SignJWT(body).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.kid, ...header }).sign(this.privateKey);
  }
}

async function start(options: AccessOptions): Promise<NestFastifyApplication> {
  @Module({ imports: [AccessModule.forService({ issuer, audience, ...options })], controllers: [ProbeController] })
  class ProbeModule {}
  const compiled = await Test.createTestingModule({ imports: [ProbeModule] }).compile();
  const app = compiled.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  // The http library maps refusals; here their kind alone matters.
  app.useGlobalFilters({
    catch: (thrown: unknown, host: { switchToHttp(): { getResponse(): { status(code: number): { send(body: unknown): void } } } }) => {
      const refusal = thrown instanceof Refusal ? thrown : undefined;
      const status = { unauthenticated: 401, forbidden: 403, not_found: 404, invalid: 400, unavailable: 503 }[refusal?.kind as string] ?? 500;
      host.switchToHttp().getResponse().status(status).send({ code: refusal?.code, detail: refusal?.message });
    },
  } as never);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

let keys: Keys;
let app: NestFastifyApplication;
let asked = 0;
beforeAll(async () => {
  keys = await Keys.create('key-1');
  app = await start({
    keys: {
      useFactory: () => () => {
        asked += 1;
        return Promise.resolve(keys.jwks);
      },
    },
  });
});
afterAll(() => app.close());

async function get(path: string, token?: string, headers: Record<string, string> = {}) {
  const answer = await app.inject({ url: `/probe/${path}`, headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), challenge: answer.headers['www-authenticate'] };
}

describe('tokens', () => {
  it('GW-05, AUTH-47: a verified token opens the route, and its claims are the caller', async () => {
    expect(await get('me', await keys.sign())).toMatchObject({ status: 200, body: { subject: 'user-1', roles: ['customer'], merchant: 'm-1', kind: 'user' } });
    expect(await get('me', await keys.sign({ sub: 'worker', client_id: 'worker', roles: ['system'], merchants: '*' }))).toMatchObject({ body: { kind: 'service' } });
  });

  it('GW-05: no token is 401 with a Bearer challenge; a public route asks for none', async () => {
    expect(await get('me')).toEqual({ status: 401, body: { code: 'token_missing', detail: expect.any(String) as string }, challenge: 'Bearer realm="florin"' });
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
    const pem = createPublicKey({ key: keys.jwks.keys[0] as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
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
    expect(await get('me', await keys.sign({ exp: now - 30 }))).toMatchObject({ status: 401, body: { code: 'token_expired' }, challenge: expect.stringContaining('invalid_token') as string });
  });

  it('AUTH-03: clocks may differ by a few seconds', async () => {
    expect(await get('me', await keys.sign({ exp: Math.floor(Date.now() / 1_000) - 2 }))).toMatchObject({ status: 200 });
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

describe('permissions', () => {
  it('AUTH-46, AUTH-47: a missing permission is 403 and is named', async () => {
    expect(await get('admin', await keys.sign())).toMatchObject({ status: 403, body: { code: 'permission_missing', detail: expect.stringContaining('catalog.merchant:admin') as string } });
    expect(await get('admin', await keys.sign({ roles: ['merchant_admin'] }))).toMatchObject({ status: 200 });
    expect(await get('admin', await keys.sign({ roles: ['root', '__proto__', 'constructor'] }))).toMatchObject({ status: 403 });
  });

  it('AUTH-47: any of several permissions is enough, and the route can tell which', async () => {
    expect((await get('orders', await keys.sign())).body).toEqual({ everybody: false, merchant: 'm-1' });
    expect((await get('orders', await keys.sign({ roles: ['support_agent'] }))).body).toEqual({ everybody: true, merchant: 'm-1' });
  });

  it('AUTH-46: a route that declares nothing is refused, and the check that services run finds it', async () => {
    expect((await get('silent', await keys.sign({ roles: ['platform_admin'], merchants: '*' }))).status).toBe(500);
    expect(undeclaredRoutes(app)).toEqual(['ProbeController.silent']);
  });
});

describe('merchants', () => {
  it('AUTH-48: a foreign merchant answers 404', async () => {
    const token = await keys.sign({ roles: ['merchant_admin'] });
    expect((await get('merchants/m-1', token)).status).toBe(200);
    expect((await get('merchants/m-2', token)).status).toBe(404);
  });

  it('GW-08, AUTH-48: with several merchants the header chooses; more than the token is 403; none is 400 where one is needed', async () => {
    const token = await keys.sign({ merchants: ['m-1', 'm-2'] });
    expect(await get('orders', token)).toMatchObject({ status: 400, body: { code: 'merchant_required' } });
    expect((await get('orders', token, { 'x-merchant-id': 'm-2' })).body).toMatchObject({ merchant: 'm-2' });
    expect(await get('orders', token, { 'x-merchant-id': 'm-3' })).toMatchObject({ status: 403, body: { code: 'header_exceeds_token' } });
    const admin = await keys.sign({ merchants: ['m-1', 'm-2'], roles: ['merchant_admin'] });
    expect((await get('merchants/m-1', admin, { 'x-merchant-id': 'm-2' })).status).toBe(404);
  });

  it('GW-08: platform staff may name any merchant, in a form that is safe to log', async () => {
    const token = await keys.sign({ roles: ['platform_admin'], merchants: '*' });
    expect(await get('orders', token)).toMatchObject({ status: 400 });
    expect((await get('orders', token, { 'x-merchant-id': 'anyone' })).body).toMatchObject({ merchant: 'anyone' });
    expect((await get('orders', token, { 'x-merchant-id': "m';DROP TABLE x--" })).status).toBe(403);
  });

  it('GW-06, GW-07: the user and role headers only narrow', async () => {
    const token = await keys.sign({ roles: ['customer', 'support_agent'] });
    expect((await get('orders', token, { 'x-user-role': 'customer', 'x-user-id': 'user-1' })).body).toEqual({ everybody: false, merchant: 'm-1' });
    expect(await get('orders', token, { 'x-user-role': 'platform_admin' })).toMatchObject({ status: 403, body: { code: 'header_exceeds_token' } });
    expect((await get('orders', token, { 'x-user-id': 'user-2' })).status).toBe(403);
    expect((await get('orders', token)).body).toMatchObject({ everybody: true });
  });
});

describe('keys over HTTP', () => {
  let server: Server;
  let jwks: JwkSet;
  let requests = 0;
  let status = 200;
  let remote: NestFastifyApplication;
  beforeAll(async () => {
    jwks = keys.jwks;
    server = createServer((_, response) => {
      requests += 1;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(jwks));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  });
  beforeEach(async () => {
    requests = 0;
    status = 200;
    jwks = keys.jwks;
    remote = await start({ jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json` });
  });
  afterEach(() => remote.close());
  afterAll(() => server.close());

  const me = async (token: string) => (await remote.inject({ url: '/probe/me', headers: { authorization: `Bearer ${token}` } })).statusCode;

  it('GAP-AUTH-08: fetches the set once for many requests at the same time', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => keys.sign({ jti: String(index) })));
    expect(new Set(await Promise.all(tokens.map(me)))).toEqual(new Set([200]));
    expect(requests).toBe(1);
  });

  it('GAP-AUTH-08: forged key ids do not become a flood of requests to auth', async () => {
    await me(await keys.sign());
    for (let index = 0; index < 20; index += 1) await me(await (await Keys.create(`forged-${index}`)).sign());
    expect(requests).toBe(1);
  });

  it('GAP-AUTH-08: when keys cannot be had at all the answer is 503, not 401, and it recovers', async () => {
    status = 500;
    expect(await me(await keys.sign())).toBe(503);
    status = 200;
    await new Promise((resolve) => setTimeout(resolve, 550));
    expect(await me(await keys.sign())).toBe(200);
  });
});

it('asks the key source only when it has to', () => expect(asked).toBeLessThanOrEqual(3));

it('many first requests at the same time each get their own caller', async () => {
  const subjects = Array.from({ length: 50 }, (_, index) => `user-${index}`);
  const answers = await Promise.all(subjects.map(async (sub) => (await get('me', await keys.sign({ sub }))).body['subject']));
  expect(answers).toEqual(subjects);
});
