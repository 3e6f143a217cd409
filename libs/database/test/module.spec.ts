import 'reflect-metadata';
import { startPostgres, testDatabase } from '@florin/testing';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, PrimaryColumn, type QueryRunner, type Repository } from 'typeorm';
import { addMonths } from '../src/partition-sql';
import {
  databaseMigrations,
  DatabaseConfig,
  DatabaseModule,
  ensureDefaultPartition,
  Jobs,
  Partitions,
  Reads,
  Transactions,
} from '../src';

@Entity('shops')
class Shop {
  @PrimaryColumn({ type: 'integer' })
  id: number;

  @Column({ type: 'bigint' })
  revenue_minor: number;
}

class MakeShops1700000000001 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE shops (id integer PRIMARY KEY, revenue_minor bigint NOT NULL)');
    await runner.query('CREATE TABLE sales (id integer, sold_at timestamptz NOT NULL) PARTITION BY RANGE (sold_at)');
    await ensureDefaultPartition(runner, 'sales');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sales, shops');
  }
}

@Controller()
class Sweeper {
  constructor(readonly transactions: Transactions) {}

  @Cron('0 0 1 1 *', { name: 'sweep' })
  sweep(): void {
    throw new Error('not in this test');
  }
}

const database = (url: string) =>
  DatabaseModule.forService({
    service: 'shops',
    migrations: [...databaseMigrations, MakeShops1700000000001],
    partitions: [{ table: 'sales', monthsAhead: 2 }],
    config: DatabaseConfig.from({ DATABASE_URL: url }),
  });

it('gives a service its migrated database, partitions ahead, repositories, reads and jobs', async () => {
  const { url, drop } = await testDatabase();
  @Module({ imports: [TypeOrmModule.forFeature([Shop])], controllers: [Sweeper] })
  class ShopsModule {}
  @Module({ imports: [ScheduleModule.forRoot(), database(url), ShopsModule] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  app.enableShutdownHooks();

  await app.get<Repository<Shop>>(getRepositoryToken(Shop), { strict: false }).save({ id: 1, revenue_minor: 250 });
  await app.get(Sweeper).transactions.run((tx) => tx.execute('UPDATE shops SET revenue_minor = revenue_minor + 1'));
  expect(await app.get(Reads).query('SELECT * FROM shops')).toEqual([{ id: 1, revenue_minor: 251 }]);

  const months = (await app.get(Partitions).inspect('sales')).flatMap(({ month }) => month ?? []);
  expect(months).toEqual([months[0], addMonths(months[0] ?? '', 1), addMonths(months[0] ?? '', 2)]);
  expect([...app.get(SchedulerRegistry, { strict: false }).getCronJobs().keys()].sort()).toEqual([
    'database.partitions',
    'sweep',
  ]);
  expect(await app.get(Jobs).runByHand('database.partitions')).toMatchObject({
    outcome: 'done',
    result: { made: [], archived: [] },
  });

  await app.close();
  await drop();
});

it('waits for a database that is still starting', async () => {
  const server = await startPostgres({ durable: false });
  await server.kill();
  const starting = NestFactory.createApplicationContext(database(server.url()), { logger: false });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await server.start();
  const app = await starting;
  expect(await app.get(Reads).query('SELECT count(*) AS n FROM shops')).toEqual([{ n: 0 }]);
  await app.close();
  await server.stop();
}, 60_000);

it('does not start on a migration that fails, and does not try it thirty times', async () => {
  class Broken1700000000002 {
    tries = 0;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('SELECT no_such_function()');
    }
    async down(): Promise<void> {}
  }
  const { url, drop } = await testDatabase();
  const module = DatabaseModule.forService({
    service: 'shops',
    migrations: [Broken1700000000002],
    config: DatabaseConfig.from({ DATABASE_URL: url }),
  });
  const started = performance.now();
  await expect(NestFactory.createApplicationContext(module, { logger: false, abortOnError: false })).rejects.toThrow(
    'no_such_function',
  );
  expect(performance.now() - started).toBeLessThan(20_000);
  await drop();
});
