import { plainToInstance, Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min, validateSync } from 'class-validator';

const postgresUrl = /^postgres(ql)?:\/\//;
const notPostgres = '$property must be a postgres:// address';

/** What the library reads from the environment. Property names are the names of the variables. */
export class DatabaseConfig {
  /** The primary. Where it is not set, DATABASE_PRIMARY_URL is taken, as deployments with replicas like to call it. */
  @Matches(postgresUrl, { message: notPostgres })
  DATABASE_URL: string;

  /** Streaming standbys of DATABASE_URL, separated by commas; they serve reads that decide nothing about money. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((url) => url.trim())
          .filter(Boolean)
      : value,
  )
  @Matches(postgresUrl, { each: true, message: notPostgres })
  DATABASE_REPLICA_URLS: string[] = [];

  /** Connections to the primary that this process may hold; each replica gets as many. */
  @Type(() => Number)
  @IsInt()
  @Min(2)
  @Max(500)
  DATABASE_POOL_SIZE = 10;

  /** No request waits longer for one statement: its caller has given up by then. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  DATABASE_STATEMENT_TIMEOUT_MS = 15_000;

  /** Shorter than the statement timeout, so that a blocked row is told apart from slow work. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  DATABASE_LOCK_TIMEOUT_MS = 5_000;

  /** A process that hangs inside a transaction holds locks; PostgreSQL ends it after this. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

  /** A replica further behind than this serves no reads. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  DATABASE_REPLICA_MAX_LAG_MS = 2_000;

  /** `off` where a deployment migrates in a step of its own. */
  @IsIn(['on', 'off'])
  MIGRATE: 'on' | 'off' = 'on';

  /** Takes the environment and names every fault at once; never prints an address, for it holds a password. */
  static from(environment: Record<string, string | undefined> = process.env): DatabaseConfig {
    const known = Object.keys(new DatabaseConfig()).concat('DATABASE_URL');
    const given: Record<string, string | undefined> = Object.fromEntries(
      known.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
    );
    given['DATABASE_URL'] ??= environment['DATABASE_PRIMARY_URL'];
    const config = plainToInstance(DatabaseConfig, given, { exposeDefaultValues: true });
    const faults = validateSync(config).flatMap((error) => Object.values(error.constraints ?? {}));
    if (faults.length > 0) throw new Error(`The database configuration is not valid: ${faults.join('; ')}`);
    return config;
  }
}
