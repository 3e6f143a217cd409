import 'reflect-metadata';
import { Global, Module, type LogLevel, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { DataSource } from 'typeorm';
import { DatabaseConfig, openDataSource, Transactions, type Tx } from '@florin/database';
import { testBroker, testDatabase, type TestBroker, type TestDatabase } from '@florin/testing';
import {
  AmqpConnections,
  DeadLetters,
  FlorinTransport,
  MessagingModule,
  messagingMigrations,
  Outbox,
  Relay,
  type MessagingSettings,
} from '../src';

/** Short, so that a test sees all attempts; the product's waits are settings of the same kind. */
export const quickTiers = [50, 100, 150];

const effects = 'CREATE TABLE IF NOT EXISTS effects (message_id uuid NOT NULL, handler text NOT NULL, note text)';

export interface HouseOptions {
  service?: string;
  controllers?: Type[];
  broker?: TestBroker;
  database?: TestDatabase;
  settings?: Partial<MessagingSettings>;
  /** False: the relay does not run until a test starts it. */
  relay?: boolean;
  /** False: nothing is heard until a test starts it. */
  worker?: boolean;
}

/** One service with nothing but messaging, on a real database and a real broker. */
export class House {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly database: TestDatabase,
    readonly broker: TestBroker,
    private readonly ownsDatabase: boolean,
  ) {}

  static async open(options: HouseOptions = {}): Promise<House> {
    const database = options.database ?? (await testDatabase({ migrations: messagingMigrations }));
    const broker = options.broker ?? (await testBroker());
    const dataSource = await openDataSource(DatabaseConfig.from({ DATABASE_URL: database.url }), 'test');
    await dataSource.query(effects);
    const app = await NestFactory.create<NestFastifyApplication>(
      moduleOf(dataSource, broker, options),
      new FastifyAdapter(),
      { logger: logLevels(), abortOnError: false },
    );
    app.connectMicroservice({ strategy: app.get(FlorinTransport) });
    await app.init();
    if (options.worker ?? true) {
      await app.startAllMicroservices();
      await app.get(FlorinTransport).whenReady();
    }
    if (options.relay ?? true) app.get(Relay).start();
    return new House(app, database, broker, options.database === undefined);
  }

  get outbox(): Outbox {
    return this.app.get(Outbox);
  }

  get relay(): Relay {
    return this.app.get(Relay);
  }

  get transport(): FlorinTransport {
    return this.app.get(FlorinTransport);
  }

  get deadLetters(): DeadLetters {
    return this.app.get(DeadLetters);
  }

  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.app.get(Transactions).run(work);
  }

  query<Row>(sql: string, params: unknown[] = []): Promise<Row[]> {
    return this.app.get(DataSource).query(sql, params);
  }

  /** What a load balancer or a restarted broker node does: both connections end without a word. */
  async cutConnections(): Promise<void> {
    const { consuming, publishing } = this.app.get(AmqpConnections);
    for (const connection of [consuming, publishing]) connection.discard(await connection.open());
  }

  async count(what: string): Promise<number> {
    const [row] = await this.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${what}`);
    return row?.n ?? 0;
  }

  async close(): Promise<void> {
    await this.app.close();
    if (this.ownsDatabase) await this.database.drop();
  }
}

function moduleOf(dataSource: DataSource, broker: TestBroker, options: HouseOptions): Type {
  const databases = [
    { provide: DataSource, useValue: dataSource },
    { provide: Transactions, useFactory: () => new Transactions(dataSource) },
  ];
  const messaging = MessagingModule.forService({
    service: options.service ?? 'house',
    rabbitmqUrl: broker.url,
    namespace: broker.namespace,
    retryTiersMs: quickTiers,
    ...options.settings,
  });

  @Global()
  @Module({ providers: databases, exports: databases.map(({ provide }) => provide) })
  class Databases {
    async onApplicationShutdown(): Promise<void> {
      await dataSource.destroy();
    }
  }

  @Module({ imports: [Databases, messaging], controllers: options.controllers ?? [] })
  class HouseModule {}
  return HouseModule;
}

/** MESSAGING_TEST_LOG=1 shows what the library says. */
function logLevels(): LogLevel[] {
  return process.env['MESSAGING_TEST_LOG'] ? ['debug', 'log', 'warn', 'error', 'fatal'] : ['fatal'];
}

/** Makes messaging's tables in a database that came without them. */
export async function migrated(url: string): Promise<void> {
  const dataSource = await openDataSource(DatabaseConfig.from({ DATABASE_URL: url }), 'migrations');
  const runner = dataSource.createQueryRunner();
  for (const migration of messagingMigrations) await new migration().up(runner);
  await runner.release();
  await dataSource.destroy();
}

/** A plain AMQP channel for what a stranger, or a careless operator, does to the broker. */
export async function stranger(url: string): Promise<{ channel: Channel; close(): Promise<void> }> {
  const model: ChannelModel = await connect(url);
  model.on('error', () => undefined);
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  return { channel, close: () => model.close().catch(() => undefined) };
}
