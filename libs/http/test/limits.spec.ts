import { Controller, Get, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Public, Requires } from '@florin/access';
import { Refusal, sleep } from '@florin/kernel';
import { eventually } from '@florin/testing';
import type { Redis } from 'ioredis';
import { RateLimit } from '../src';
import { LIMITS_REDIS } from '../src/http.module';
import { connectRedis } from '../src/redis';
import { algorithms, type Count } from '../src/limits/counters';
import { Limit } from '../src/limits/limit';
import { LocalRedis } from './local-redis';
import { startApp, TestIssuer } from './probe-app';

@Controller('limited')
class LimitedController {
  @Post('login')
  @Public()
  @RateLimit({ limit: 3, windowSeconds: 3_600, per: 'address' })
  login() {
    throw new Refusal('unauthenticated', 'wrong_password', 'Wrong.');
  }

  @Get('mine')
  @Requires('auth.own:read')
  @RateLimit({ limit: 4, windowSeconds: 3_600 })
  mine() {
    return { ok: true };
  }

  @Get('report')
  @Requires('auth.own:read')
  @RateLimit({ limit: 2, windowSeconds: 3_600, per: 'route', algorithm: 'token_bucket' })
  report() {
    return { ok: true };
  }

  @Get('free')
  @Public()
  free() {
    return { ok: true };
  }

  @Get('user')
  @Requires('auth.own:read')
  user() {
    return { ok: true };
  }
}

const apps: NestFastifyApplication[] = [];
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await TestIssuer.create();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function start(config: Parameters<typeof startApp>[2]): Promise<NestFastifyApplication> {
  const app = await startApp(issuer, [LimitedController], {
    trustedProxies: ['127.0.0.1'],
    adaptive: false,
    redisTimeoutMs: 10_000,
    ...config,
  });
  apps.push(app);
  return app;
}

async function call(
  app: NestFastifyApplication,
  path: string,
  options: { from?: string; sub?: string; method?: 'GET' | 'POST' } = {},
) {
  const token = options.sub
    ? await issuer.token({ sub: options.sub, roles: ['customer'], merchants: ['m'] })
    : undefined;
  return app.inject({
    method: options.method ?? (path === 'login' ? 'POST' : 'GET'),
    url: `/api/v1/limited/${path}`,
    headers: { 'x-forwarded-for': options.from ?? '203.0.113.1', ...(token && { authorization: `Bearer ${token}` }) },
  });
}

async function statuses(times: number, work: () => Promise<{ statusCode: number }>): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < times; index += 1) found.push((await work()).statusCode);
  return found;
}

describe('limits of a route', () => {
  it('GW-13: per address, with RateLimit headers, Retry-After and a problem', async () => {
    const app = await start({});
    expect(await statuses(3, () => call(app, 'login'))).toEqual([401, 401, 401]);
    const refused = await call(app, 'login');
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-policy']).toBe('"address";q=6000;w=60, "address";q=3;w=3600');
    expect(refused.headers['ratelimit']).toMatch(/^"address";r=\d+;t=\d+, "address";r=0;t=\d+$/);
    expect((await call(app, 'login', { from: '203.0.113.2' })).statusCode).toBe(401);
  });

  it('CMP-AUTH-5: inventing forwarded addresses does not get around it', async () => {
    const app = await start({});
    const chains = [
      '9.9.9.1, 203.0.113.1',
      '9.9.9.2, 203.0.113.1',
      '9.9.9.3,9.9.9.4 , 203.0.113.1',
      '9.9.9.5, 203.0.113.1',
    ];
    const answers = [];
    for (const from of chains) answers.push((await call(app, 'login', { from })).statusCode);
    expect(answers).toEqual([401, 401, 401, 429]);
    const direct = await start({ trustedProxies: [] });
    expect(
      await statuses(4, () => call(direct, 'login', { from: `198.51.100.${Math.floor(Math.random() * 250)}` })),
    ).toEqual([401, 401, 401, 429]);
  });

  it('GW-13: per user, wherever they come from', async () => {
    const app = await start({});
    let host = 0;
    expect(await statuses(5, () => call(app, 'mine', { sub: 'ada', from: `203.0.113.${(host += 1)}` }))).toEqual([
      200, 200, 200, 200, 429,
    ]);
    expect((await call(app, 'mine', { sub: 'ben' })).statusCode).toBe(200);
  });

  it('GW-13: per endpoint, everybody together', async () => {
    const app = await start({});
    expect([
      (await call(app, 'report', { sub: 'ada' })).statusCode,
      (await call(app, 'report', { sub: 'ben' })).statusCode,
      (await call(app, 'report', { sub: 'cy' })).statusCode,
    ]).toEqual([200, 200, 429]);
    expect((await call(app, 'user', { sub: 'cy' })).statusCode).toBe(200);
  });

  it('limits are multiplied, or switched off, by configuration', async () => {
    const wide = await start({ routeFactor: 2 });
    expect(await statuses(7, () => call(wide, 'login'))).toEqual([401, 401, 401, 401, 401, 401, 429]);
    const off = await start({ routeFactor: 0 });
    expect(new Set(await statuses(20, () => call(off, 'login')))).toEqual(new Set([401]));
  });
});

describe('general limits', () => {
  it('GW-13, GW-14: an address has a budget on all routes together, unknown ones included', async () => {
    const app = await start({ addressPerMinute: 5 });
    expect(await statuses(5, () => call(app, 'free'))).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses(2, () => call(app, 'nowhere'))).toEqual([429, 429]);
    expect((await call(app, 'free', { from: '203.0.113.7' })).statusCode).toBe(200);
  });

  it('GW-13: a user has a budget on all routes together', async () => {
    const app = await start({ userPerMinute: 3 });
    expect(await statuses(4, () => call(app, 'user', { sub: 'ada' }))).toEqual([200, 200, 200, 429]);
    expect((await call(app, 'user', { sub: 'ben' })).statusCode).toBe(200);
  });

  it('GW-14: an address whose requests are nearly all refused is shut out for a while, and others are not', async () => {
    const app = await start({ strikesPerMinute: 10, blockSeconds: 60 });
    await statuses(11, () => call(app, 'nowhere'));
    const shut = await call(app, 'free');
    expect([shut.statusCode, shut.json().code, shut.headers['retry-after']]).toEqual([429, 'address_blocked', '60']);
    expect((await call(app, 'free', { from: '203.0.113.2' })).statusCode).toBe(200);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    expect((await call(app, 'free')).statusCode).toBe(200);
  });
});

describe('with Redis', () => {
  let redis: LocalRedis;
  beforeEach(async () => {
    redis = await LocalRedis.start();
  });
  afterEach(async () => {
    clients.splice(0).forEach((client) => client.disconnect());
    await redis.kill();
  });

  const clients: ReturnType<typeof connectRedis>[] = [];
  const connected = async () => {
    const client = connectRedis(redis.url, 10_000);
    clients.push(client);
    await eventually(() => client.status === 'ready');
    return client;
  };

  const ready = (app: NestFastifyApplication) => eventually(() => app.get<Redis>(LIMITS_REDIS).status === 'ready');

  it('GW-12: processes share one limit', async () => {
    const [one, two] = [await start({ redisUrl: redis.url }), await start({ redisUrl: redis.url })];
    await Promise.all([ready(one), ready(two)]);
    const answers = [];
    for (let index = 0; index < 6; index += 1) answers.push((await call(index % 2 ? one : two, 'login')).statusCode);
    expect(answers).toEqual([401, 401, 401, 429, 429, 429]);
  });

  it('GW-12: when Redis is killed each process goes on with its own memory, at once, and comes back to Redis', async () => {
    const app = await start({ redisUrl: redis.url });
    await ready(app);
    expect(await statuses(4, () => call(app, 'login'))).toEqual([401, 401, 401, 429]);
    await redis.kill();
    await sleep(50);
    const started = performance.now();
    expect(await statuses(4, () => call(app, 'login', { from: '203.0.113.50' }))).toEqual([401, 401, 401, 429]);
    expect(performance.now() - started).toBeLessThan(5_000);
    await redis.run();
    await ready(app);
    const other = await start({ redisUrl: redis.url });
    await ready(other);
    await statuses(3, () => call(app, 'login', { from: '203.0.113.60' }));
    expect((await call(other, 'login', { from: '203.0.113.60' })).statusCode).toBe(429);
  });

  it('GW-12: a Redis that hangs costs one short wait, not one per request', async () => {
    const app = await start({ redisUrl: redis.url, redisTimeoutMs: 500 });
    await ready(app);
    redis.pause();
    const started = performance.now();
    const found = await statuses(30, () => call(app, 'free', { from: '203.0.113.70' }));
    redis.resume();
    expect(new Set(found)).toEqual(new Set([200]));
    // Without the rest that follows a slow answer it would be 30 times the command timeout.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('GW-12, GW-14: an address blocked by one process is blocked by all', async () => {
    const [one, two] = [
      await start({ redisUrl: redis.url, strikesPerMinute: 5 }),
      await start({ redisUrl: redis.url, strikesPerMinute: 5 }),
    ];
    await Promise.all([ready(one), ready(two)]);
    await statuses(7, () => call(one, 'nowhere', { from: '203.0.113.80' }));
    await sleep(100);
    await call(two, 'free', { from: '203.0.113.80' });
    await sleep(100);
    expect((await call(two, 'free', { from: '203.0.113.80' })).json().code).toBe('address_blocked');
  });

  it('GW-11, GW-12: Redis counts as this process would: same instants, same answers', async () => {
    const client = await connected();
    for (const algorithm of ['sliding_window', 'token_bucket'] as const) {
      const shared = new Limit({
        policy: 'p',
        name: `same-${algorithm}`,
        algorithm,
        limit: 20,
        windowSeconds: 1,
        redis: client,
      });
      const count: Count = { mark: 0, used: 0, before: 0 };
      const passed = { shared: 0, alone: 0 };
      for (let burst = 0; burst < 6; burst += 1) {
        for (let index = 0; index < 30; index += 1) {
          if ((await shared.take('k')).allowed) passed.shared += 1;
          if (algorithms[algorithm](count, Date.now(), 1, 20, 1_000).allowed) passed.alone += 1;
        }
        await sleep(400);
      }
      expect(passed.alone).toBeGreaterThanOrEqual(40);
      // The two read their clocks a moment apart, and a refusal is remembered for a moment.
      expect(Math.abs(passed.shared - passed.alone)).toBeLessThanOrEqual(passed.alone / 4);
    }
  });

  it('GW-12: a large limit asks Redis once for many requests and is still exact over all of them', async () => {
    const client = await connected();
    const limits = [0, 1].map(
      () =>
        new Limit({
          policy: 'p',
          name: 'leased',
          algorithm: 'sliding_window',
          limit: 1_000,
          windowSeconds: 3_600,
          redis: client,
        }),
    );
    const before = Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1]);
    const taken = await Promise.all(
      Array.from({ length: 1_500 }, (_, index) => Promise.resolve(limits[index % 2]?.take('k'))),
    );
    const commands = Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1]) - before;
    const allowed = taken.filter((one) => one?.allowed).length;
    expect(allowed).toBeGreaterThanOrEqual(980);
    expect(allowed).toBeLessThanOrEqual(1_000);
    // The script itself counts as a handful of commands each time it runs.
    expect(commands).toBeLessThan(1_500);
  });
});
