import { Controller, Get, Module, Param } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Refusal } from '@florin/kernel';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  AccessModule,
  type AccessOptions,
  Caller,
  CurrentCaller,
  type JwkSet,
  Public,
  requireMerchant,
  Requires,
} from '../src';

const issuer = 'https://auth.test';
const audience = 'florin';

@Controller('probe')
export class ProbeController {
  @Get('open')
  @Public()
  open() {
    return { ok: true };
  }

  @Get('me')
  @Requires('auth.own:read', 'platform.job:read')
  me(@CurrentCaller() caller: Caller) {
    return {
      subject: caller.subject,
      roles: caller.roles,
      merchant: caller.merchantInForce ?? null,
      kind: caller.kind,
    };
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

export class Keys {
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
    const body = {
      sub: 'user-1',
      roles: ['customer'],
      merchants: ['m-1'],
      sid: 'session-1',
      iss: issuer,
      aud: audience,
      iat: now,
      exp: now + 60,
      ...claims,
    };
    return new SignJWT(body)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.kid, ...header })
      .sign(this.privateKey);
  }
}

/** Starts an application that has nothing but the access room and the probe routes. */
export async function start(options: AccessOptions): Promise<NestFastifyApplication> {
  @Module({ imports: [AccessModule.forService({ issuer, audience, ...options })], controllers: [ProbeController] })
  class ProbeModule {}
  const compiled = await Test.createTestingModule({ imports: [ProbeModule] }).compile();
  const app = compiled.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  // The http library maps refusals; here their kind alone matters.
  app.useGlobalFilters({
    catch: (
      thrown: unknown,
      host: { switchToHttp(): { getResponse(): { status(code: number): { send(body: unknown): void } } } },
    ) => {
      const refusal = thrown instanceof Refusal ? thrown : undefined;
      const status =
        { unauthenticated: 401, forbidden: 403, not_found: 404, invalid: 400, unavailable: 503 }[
          refusal?.kind as string
        ] ?? 500;
      host.switchToHttp().getResponse().status(status).send({ code: refusal?.code, detail: refusal?.message });
    },
  } as never);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

/** An application that trusts these keys, and a way to ask it. */
export async function startTrusting(keys: Keys) {
  const app = await start({ keys: { useFactory: () => () => Promise.resolve(keys.jwks) } });
  const get = async (path: string, token?: string, headers: Record<string, string> = {}) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await app.inject({ url: `/probe/${path}`, headers: { ...headers, ...authorization } });
    return {
      status: answer.statusCode,
      body: answer.json<Record<string, unknown>>(),
      challenge: answer.headers['www-authenticate'],
    };
  };
  return { app, get };
}
