import {
  Injectable,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { DatabaseConfig } from './config';
import { isConnectionLost } from './errors';
import { Jobs } from './jobs';
import { logError } from './log-error';
import { watchPool } from './metrics';
import { migrate, type MigrationClass } from './migrate';
import { Partitions, type PartitionPlan } from './partitions';
import { dataSourceOptions, poolOf } from './pool';
import { Reads } from './reads';
import { Transactions } from './tx';

export interface DatabaseModuleOptions {
  /** Names the connections in pg_stat_activity and the metrics. */
  service: string;
  migrations: readonly MigrationClass[];
  entities?: DataSourceOptions['entities'];
  /** Monthly tables: their partitions are there before the service answers, and are looked after every six hours. */
  partitions?: readonly PartitionPlan[];
  /** Default: read from the environment. */
  config?: DatabaseConfig;
}

const upkeepJob = 'database.partitions';

@Injectable()
class PartitionUpkeep implements OnApplicationBootstrap {
  private readonly logger = new Logger(PartitionUpkeep.name);

  constructor(
    private readonly jobs: Jobs,
    private readonly partitions: Partitions,
    private readonly plans: readonly PartitionPlan[],
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register(upkeepJob, 'Makes the partitions of coming months and archives old ones.', (run) =>
      this.partitions.maintain(this.plans, run),
    );
  }

  @Cron('23 */6 * * *', { name: upkeepJob })
  async run(): Promise<void> {
    try {
      await this.jobs.run(upkeepJob, (run) => this.partitions.maintain(this.plans, run));
    } catch (error) {
      logError(
        this.logger,
        'The partitions could not be looked after; months are made ahead, so there is time to see why',
        error,
      );
    }
  }
}

/** The service's database: one DataSource, migrated before anything uses it, and what works on it. Global. */
@Module({})
export class DatabaseModule {
  static forService(options: DatabaseModuleOptions): DynamicModule {
    const { partitions = [] } = options;
    const config: Provider = { provide: DatabaseConfig, useFactory: () => options.config ?? DatabaseConfig.from() };
    const upkeep: Provider = {
      provide: PartitionUpkeep,
      useFactory: (jobs: Jobs, keeper: Partitions) => new PartitionUpkeep(jobs, keeper, partitions),
      inject: [Jobs, Partitions],
    };
    const configured: DynamicModule = { module: DatabaseConfigModule, providers: [config], exports: [DatabaseConfig] };
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        configured,
        TypeOrmModule.forRootAsync({
          imports: [configured],
          inject: [DatabaseConfig],
          useFactory: (found: DatabaseConfig) => typeOrmOptions(found, options),
          dataSourceFactory: (found) =>
            openMigrated(options, found as DataSourceOptions & { url: string; migrate: boolean }),
        }),
        ...(partitions.length > 0 ? [ScheduleModule.forRoot()] : []),
      ],
      providers: [Transactions, Reads, Jobs, Partitions, ...(partitions.length > 0 ? [upkeep] : [])],
      exports: [configured, Transactions, Reads, Jobs, Partitions],
    };
  }
}

@Module({})
class DatabaseConfigModule {}

function typeOrmOptions(config: DatabaseConfig, { service, entities }: DatabaseModuleOptions): TypeOrmModuleOptions {
  return {
    ...dataSourceOptions(config, service, entities),
    ...{ migrate: config.MIGRATE === 'on' },
    autoLoadEntities: true,
    // A database that is still starting is waited for; any other fault is told at once.
    retryAttempts: 30,
    retryDelay: 1_000,
    toRetry: isConnectionLost,
  };
}

async function openMigrated(
  { service, migrations, partitions = [] }: DatabaseModuleOptions,
  options: DataSourceOptions & { url: string; migrate: boolean },
): Promise<DataSource> {
  if (options.migrate) await migrate({ url: options.url, migrations });
  const dataSource = await new DataSource(options).initialize();
  watchPool(service, poolOf(dataSource));
  try {
    await new Partitions(new Transactions(dataSource)).maintain(partitions);
  } catch (error) {
    // This attempt is given up, and the next one opens connections of its own.
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}
