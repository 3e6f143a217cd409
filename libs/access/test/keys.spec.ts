import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { JwkSet } from '../src';
import { Keys, start } from './probe';

let keys: Keys;
beforeAll(async () => {
  keys = await Keys.create('key-1');
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

  const me = async (token: string) =>
    (await remote.inject({ url: '/probe/me', headers: { authorization: `Bearer ${token}` } })).statusCode;

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
