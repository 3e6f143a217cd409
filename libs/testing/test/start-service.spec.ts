import { Controller, Get, Module, Post, Req } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { Client } from 'pg';
import { countQueries, eventually, startService, testBroker, testDatabase, tokenFor } from '../src';

@Controller('echo')
class EchoController {
  @Post()
  echo(@Req() request: FastifyRequest): unknown {
    return { headers: request.headers, body: request.body, query: request.query };
  }

  @Get('settings')
  settings(): unknown {
    return { database: EchoHost.databaseUrl };
  }
}

/** Stands where ServiceHostModule stands in a real service. */
@Module({})
class EchoHost {
  static databaseUrl: string | undefined;

  static forService(): DynamicModule {
    return { module: EchoHost };
  }

  static async boot(module: Type): Promise<NestFastifyApplication> {
    EchoHost.databaseUrl = process.env['DATABASE_URL'];
    const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    return app;
  }
}

@Module({ imports: [EchoHost.forService()], controllers: [EchoController] })
class EchoModule {}

@Module({})
class HomelessModule {}

/** The first test process of a run starts the servers, which takes its time on a busy machine. */
beforeAll(async () => {
  await Promise.all([testBroker(), testDatabase().then((database) => database.drop())]);
}, 120_000);

type Echo = { headers: Record<string, string>; body: unknown; query: unknown };

describe('startService', () => {
  it('boots through the host of the module, with a database of its own that is gone after close', async () => {
    const echo = await startService(EchoModule);
    expect((await echo.http.get('/echo/settings')).body).toEqual({ database: echo.database.url });
    expect(await echo.query('SELECT 1::bigint AS one')).toEqual([{ one: 1 }]);
    await echo.close();
    const client = new Client({ connectionString: echo.database.url });
    await expect(client.connect()).rejects.toThrow(/does not exist/);
  });

  it('sends tokens, idempotency keys and JSON as a client would', async () => {
    const echo = await startService(EchoModule);
    const ada = echo.http.as({ sub: 'ada', roles: ['customer'], merchants: ['m1'] });
    const plain = await ada.post<Echo>('/echo', { n: 1 }, { query: { limit: 2, cursor: undefined } });
    expect(plain.body).toMatchObject({ body: { n: 1 }, query: { limit: '2' } });
    expect(plain.body.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    const token = plain.body.headers['authorization']?.replace('Bearer ', '') ?? '';
    expect(decodeJwt(token)).toMatchObject({ sub: 'ada', roles: ['customer'], merchants: ['m1'] });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    const bare = await ada.post<Echo>('/echo', {}, { token: null, key: null });
    expect(bare.body.headers).not.toHaveProperty('authorization');
    expect(bare.body.headers).not.toHaveProperty('idempotency-key');
    await echo.close();
  });

  it('says what is missing when a module has no host', async () => {
    const database = await testDatabase();
    await expect(startService(HomelessModule, { database })).rejects.toThrow(
      'HomelessModule does not import ServiceHostModule',
    );
    await database.drop();
  });
});

describe('helpers', () => {
  it('counts the statements of the work and leaves out what frames a transaction', async () => {
    const database = await testDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { statements, result } = await countQueries(async () => {
      await client.query('BEGIN');
      await client.query({ text: 'SELECT 7 AS n' });
      await client.query('COMMIT');
      return 'done';
    });
    await client.query('SELECT 8');
    expect([result, statements]).toEqual(['done', ['SELECT 7 AS n']]);
    await client.end();
    await database.drop();
  });

  it('makes tokens that have expired or claim too much, for tests of refusals', async () => {
    const token = decodeJwt(await tokenFor({ expiresInSeconds: -5, claims: { roles: 'root' } }));
    expect(token.exp).toBeLessThan(Date.now() / 1_000);
    expect(token['roles']).toBe('root');
  });

  it('waits for a check to pass, and fails with its last error', async () => {
    let calls = 0;
    expect(await eventually(() => (calls += 1) >= 3 && calls)).toBe(3);
    const check = () => {
      throw new Error('still two rows');
    };
    await expect(eventually(check, { timeoutMs: 60 })).rejects.toThrow('still two rows');
    await expect(eventually(() => undefined, { timeoutMs: 60 })).rejects.toThrow('still undefined after 60 ms');
  });
});
