import { Body, Controller, Get, Module, Param, Post, Query, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AccessModule, Caller, CurrentCaller, type JwkSet, Public, Requires } from '@florin/access';
import { currentCause, newId, Refusal } from '@florin/kernel';
import { ArrayMaxSize, IsArray, IsEmail, IsOptional, ValidateNested } from 'class-validator';
import { Type as TypeOf } from 'class-transformer';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { BoundedText, httpAdapter, type HttpConfig, HttpModule, IdParam, IsMinor, PageQuery } from '../src';

export class LineDto {
  @BoundedText(20)
  sku: string;

  @IsMinor({ min: 1, max: 100 })
  quantity: number;
}

export class OriginDto {
  @BoundedText(2)
  country: string;
}

export class ThingDto {
  @IsOptional()
  @ValidateNested()
  @TypeOf(() => OriginDto)
  origin?: OriginDto;

  @BoundedText(50)
  name: string;

  @IsOptional()
  @IsEmail()
  email?: string;

  @IsArray()
  @ArrayMaxSize(3)
  @ValidateNested({ each: true })
  @TypeOf(() => LineDto)
  lines: LineDto[];
}

/** A small service with one route per thing to show. */
@Controller('things')
export class ThingsController {
  @Get()
  @Requires('catalog.product:read')
  list(@Query() query: PageQuery) {
    return { limit: query.limit, cursor: query.cursor ?? null };
  }

  @Post()
  @Requires('catalog.product:write')
  create(@Body() body: ThingDto) {
    return { ...body, kind: body.constructor.name };
  }

  @Get('open')
  @Public()
  open() {
    return { ok: true };
  }

  @Post('open')
  @Public()
  openPost(@Body() body: ThingDto) {
    return { ok: true, cause: currentCause(), name: body.name };
  }

  @Get('cause')
  @Public()
  cause() {
    return { ...currentCause() };
  }

  @Get('number')
  @Public()
  number(@Query('n') n: number, @Query('yes') yes: boolean, @Query('text') text: string) {
    return { n, yes, text };
  }

  @Get('fails/:how')
  @Public()
  fails(@Param('how') how: string) {
    if (how === 'bug') throw new Error('SELECT secret FROM table at /srv/app.js:1');
    if (how === 'lost') throw Object.assign(new Error('terminating connection'), { code: '57P01' });
    throw new Refusal(how as Refusal['kind'], 'as_asked', 'As asked.', {
      retryAfterSeconds: how === 'unavailable' ? 7 : undefined,
    });
  }

  @Get('leaks')
  @Public()
  leaks() {
    return {
      id: 1,
      password_hash: '$2b$12$abc',
      user: [{ passwordHash: 'x', note: 'the "password_hash": is fine here' }],
      refresh_token: 'meant',
    };
  }

  @Get('whoami')
  @Requires('auth.own:read')
  whoami(@CurrentCaller() caller: Caller) {
    return { subject: caller.subject, roles: caller.roles, merchant: caller.merchantInForce ?? null };
  }

  @Get('in-merchant')
  @Requires('auth.own:read')
  inMerchant(@CurrentCaller() caller: Caller) {
    return { merchant_id: caller.merchantId };
  }

  @Get(':id')
  @Requires('catalog.product:read')
  one(@IdParam('id') id: string) {
    return { id };
  }
}

const issuer = 'https://auth.test';
const audience = 'florin';

/** Signs tokens with a key of its own, as auth does. */
export class TestIssuer {
  private constructor(
    readonly keyId: string,
    private readonly privateKey: Parameters<SignJWT['sign']>[0],
    readonly jwks: JwkSet,
  ) {}

  static async create(): Promise<TestIssuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keyId = newId();
    return new TestIssuer(keyId, privateKey, {
      keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'ES256', use: 'sig' }],
    });
  }

  token(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
    const body = {
      sub: 'u-1',
      roles: ['platform_admin'],
      merchants: '*',
      sid: 's-1',
      acr: '1',
      iss: issuer,
      aud: audience,
      exp: Math.floor(Date.now() / 1_000) + 300,
      ...claims,
    };
    return new SignJWT(body)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.keyId, ...header })
      .setIssuedAt()
      .sign(this.privateKey);
  }
}

export const accessFor = (trusted: TestIssuer) =>
  AccessModule.forService({ issuer, audience, keys: { useFactory: () => () => Promise.resolve(trusted.jwks) } });

/** Starts a Nest application on Fastify with the access and http rooms and these controllers. */
export async function startApp(
  trusted: TestIssuer,
  controllers: Type[] = [ThingsController],
  config: Partial<HttpConfig> = {},
  providers: Type[] = [],
): Promise<NestFastifyApplication> {
  @Module({
    imports: [accessFor(trusted), HttpModule.forService({ service: 'probe', config })],
    controllers,
    providers,
  })
  class ProbeModule {}

  const compiled = await Test.createTestingModule({ imports: [ProbeModule] }).compile();
  const app = compiled.createNestApplication<NestFastifyApplication>(httpAdapter(), { logger: false });
  app.setGlobalPrefix('api/v1');
  app.enableShutdownHooks();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
