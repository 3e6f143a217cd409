import { Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider, OnApplicationShutdown, Type } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { AmqpConnections } from '@florin/messaging';
import { SystemClock } from '@florin/kernel';
import type { Clock } from '@florin/kernel';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import { CLOCK, LocalRunClock } from './clock';
import { BaseConfig, environment } from './config';
import { createService } from './create-service';
import { DatabasePing } from './health/database-ping';
import { EventLoop } from './health/event-loop';
import { HealthController } from './health/health.controller';
import { Messaging } from './health/messaging';
import { hostOptions } from './host-options';
import type { BootOptions, HostOptions } from './host-options';
import { Lifecycle } from './lifecycle';
import { loadConfig } from './load-config';
import { MetricsController } from './requests/metrics.controller';
import { Roles } from './roles';

/** What boot() hands in from outside, for the factories below. */
let handedIn: BootOptions = {};

/** Configuration, clock, roles, health, metrics and schedules of a service. Global; import it once, first. */
@Module({})
export class ServiceHostModule implements OnApplicationShutdown {
  constructor(
    private readonly database: DatabasePing,
    private readonly eventLoop: EventLoop,
  ) {}

  static forService<T extends BaseConfig>(options: HostOptions<T>): DynamicModule {
    const own = { provide: options.config, useFactory: () => loadConfig(options.config, environment()) };
    const providers = [
      ...(options.config === (BaseConfig as Type) ? [] : [{ provide: BaseConfig, useExisting: options.config }]),
      own,
    ];
    const parts: FactoryProvider[] = [
      { provide: CLOCK, useFactory: clockOf, inject: [BaseConfig] },
      { provide: Roles, useFactory: (config: BaseConfig) => new Roles(config.ROLES), inject: [BaseConfig] },
      {
        provide: DatabasePing,
        useFactory: (config: BaseConfig) => new DatabasePing(config.DATABASE_URL, options.service),
        inject: [BaseConfig],
      },
      { provide: EventLoop, useFactory: () => new EventLoop() },
      { provide: Lifecycle, useFactory: () => new Lifecycle() },
      {
        provide: Messaging,
        useFactory: (found?: AmqpConnections) => new Messaging(found),
        inject: [{ token: AmqpConnections, optional: true }],
      },
    ];
    const module: DynamicModule = {
      module: ServiceHostModule,
      global: true,
      imports: [
        ConfigModule.forRoot({
          isGlobal: true,
          ignoreEnvFile: true,
          load: [() => ({ ...loadConfig(options.config, environment()) })],
        }),
        PrometheusModule.register({
          controller: MetricsController,
          defaultMetrics: { enabled: !register.getSingleMetric('process_cpu_user_seconds_total') },
        }),
        TerminusModule.forRoot({ logger: false }),
        ScheduleModule.forRoot(),
      ],
      controllers: [HealthController],
      providers: [...providers, ...parts],
      exports: [options.config, BaseConfig, CLOCK, Roles, Lifecycle, Messaging],
    };
    hostOptions.set(module, options);
    return module;
  }

  /** Boots the application that imports this module, listening. What main.ts does through bootstrap(), for tests and tools. */
  static async boot(module: Type, options: BootOptions = {}): Promise<NestFastifyApplication> {
    handedIn = options;
    try {
      return await createService(module, options);
    } finally {
      handedIn = {};
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.eventLoop.close();
    await this.database.close();
  }
}

function clockOf(config: BaseConfig): Clock {
  if (handedIn.clock) return handedIn.clock;
  return config.LOCAL_RUN && config.TEST_CLOCK_FILE ? new LocalRunClock(config.TEST_CLOCK_FILE) : new SystemClock();
}
