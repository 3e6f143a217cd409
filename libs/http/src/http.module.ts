import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { APP_FILTER, APP_PIPE, ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { CallerChecks } from '@florin/access';
import { Jobs, Transactions } from '@florin/database';
import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { TrustedProxies } from './client-address';
import { httpConfig, type HttpConfig } from './config';
import { addEdgeHooks, type EdgeParts } from './edge-hooks';
import { Idempotency } from './idempotency';
import { IdempotencyUpkeep } from './idempotency-upkeep';
import { InputPipe } from './input-pipe';
import { BlockedAddresses } from './limits/blocked-addresses';
import { Limits } from './limits/limits';
import { Pressure } from './limits/pressure';
import { OpenApi } from './openapi/open-api';
import { RateLimitGuard } from './limits/rate-limit-guard';
import { ProblemFilter } from './problem-filter';
import { connectRedis } from './redis';

export interface HttpOptions {
  /** The name of the service, for the OpenAPI document and the keys in Redis. */
  service: string;
  /** One sentence for the OpenAPI document. */
  description?: string;
  version?: string;
  /** Instead of, or beside, the environment: for tests. */
  config?: Partial<HttpConfig>;
}

const CONFIG = Symbol('HttpConfig');
/** The connection for limits, or null: so that tests can wait for it. */
export const LIMITS_REDIS = Symbol('LimitsRedis');
const PARTS = Symbol('EdgeParts');

/** Puts the hooks in place once everything is built, and takes them down with the application. */
@Injectable()
class HttpEdge implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly openApi: OpenApi,
    @Inject(PARTS) private readonly parts: EdgeParts,
    @Inject(LIMITS_REDIS) private readonly redis: Redis | null,
    @Optional() private readonly checks?: CallerChecks,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter?.getInstance<FastifyInstance | undefined>();
    // Without an HTTP server (a worker role) there is no edge.
    if (!fastify || typeof fastify.addHook !== 'function') return;
    // Only JSON: a form post is what a browser sends across sites without asking (SEC-15), and text would arrive unparsed.
    fastify.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']);
    const { limits, pressure } = this.parts;
    addEdgeHooks(fastify, this.parts);
    this.checks?.add((caller, _request, reply) => limits.forUser(caller, reply));
    this.openApi.serve(fastify);
    pressure.start();
  }

  onApplicationShutdown(): void {
    this.parts.pressure.stop();
    this.redis?.disconnect();
  }
}

/** Everything a service's HTTP side shares: errors, input, idempotency, limits, the OpenAPI document. Import it once. */
@Global()
@Module({})
export class HttpModule {
  static forService(options: HttpOptions): DynamicModule {
    return {
      module: HttpModule,
      providers: [
        { provide: CONFIG, useFactory: (): HttpConfig => ({ ...httpConfig(), ...options.config }) },
        {
          provide: LIMITS_REDIS,
          useFactory: ({ redisUrl, redisTimeoutMs }: HttpConfig) =>
            redisUrl ? connectRedis(redisUrl, redisTimeoutMs) : null,
          inject: [CONFIG],
        },
        {
          provide: PARTS,
          useFactory: (config: HttpConfig, redis: Redis | null) =>
            edgeParts(options.service, config, redis ?? undefined),
          inject: [CONFIG, LIMITS_REDIS],
        },
        { provide: Limits, useFactory: ({ limits }: EdgeParts) => limits, inject: [PARTS] },
        { provide: Idempotency, useFactory: () => new Idempotency() },
        {
          provide: IdempotencyUpkeep,
          useFactory: (idempotency: Idempotency, jobs?: Jobs, transactions?: Transactions) =>
            jobs && transactions ? new IdempotencyUpkeep(jobs, transactions, idempotency) : null,
          inject: [Idempotency, { token: Jobs, optional: true }, { token: Transactions, optional: true }],
        },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter() },
        { provide: APP_PIPE, useFactory: () => new InputPipe() },
        {
          provide: OpenApi,
          useFactory: (modules: ModulesContainer, config: ApplicationConfig, host: HttpAdapterHost) =>
            new OpenApi({
              description: `The ${options.service} service.`,
              version: '1',
              ...options,
              modules,
              config,
              host,
            }),
          inject: [ModulesContainer, ApplicationConfig, HttpAdapterHost],
        },
        RateLimitGuard,
        HttpEdge,
      ],
      exports: [Idempotency, Limits, OpenApi, RateLimitGuard],
    };
  }
}

function edgeParts(service: string, config: HttpConfig, redis: Redis | undefined): EdgeParts {
  const pressure = new Pressure();
  return {
    pressure,
    limits: new Limits(service, config, pressure, redis),
    proxies: new TrustedProxies(config.trustedProxies),
    countryHeader: config.countryHeader,
    blocked: new BlockedAddresses(config, redis),
  };
}
