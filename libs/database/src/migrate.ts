import { sleep } from '@florin/kernel';
import { DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';

/** A TypeORM migration class; its name ends with the 13 digits of its time, which set the order. */
export type MigrationClass = new () => MigrationInterface;

export interface MigrationOptions {
  url: string;
  migrations: readonly MigrationClass[];
}

/** One number for everybody: advisory locks are per database already. */
const migrationLock = 7_305_010_001;

/** Between looks at the lock. Waiting inside PostgreSQL would hold a snapshot, and CREATE INDEX CONCURRENTLY waits for those. */
const lockPollMs = 100;

/** A migration that cannot get its table lock fails and can be run again; waiting longer would hold up everybody behind it. */
const tableLockTimeoutMs = 10_000;

/**
 * Brings a database up to date and gives the names of what it ran, oldest first. Each migration has a transaction
 * of its own (unless it says `transaction = false`). Safe to call from several processes at once: one works, the
 * others wait. Fails when a migration leaves an index that PostgreSQL does not use.
 */
export function migrate(options: MigrationOptions): Promise<string[]> {
  return underLock(options, async (executor, runner) => {
    const done = await executor.executePendingMigrations();
    await refuseInvalidIndexes(runner);
    return done.map((migration) => migration.name);
  });
}

/** Takes back the newest migrations, newest first, and gives their names. */
export function rollBack(options: MigrationOptions & { steps?: number }): Promise<string[]> {
  return underLock(options, async (executor) => {
    const undone: string[] = [];
    for (let step = 0; step < (options.steps ?? 1); step += 1) {
      const newest = (await executor.getExecutedMigrations()).sort((a, b) => (b.id ?? 0) - (a.id ?? 0))[0];
      if (!newest) break;
      executor.transaction = wantsTransaction(options.migrations, newest.name) ? 'each' : 'none';
      await executor.undoLastMigration();
      undone.push(newest.name);
    }
    return undone;
  });
}

/** The names of migrations that have not run yet, oldest first. */
export function pendingMigrations(options: MigrationOptions): Promise<string[]> {
  return underLock(options, async (executor) =>
    (await executor.getPendingMigrations()).map((migration) => migration.name),
  );
}

/**
 * The schema as text, one line per column, index and constraint: equal texts mean equal schemas.
 * For tests that a migration's `down` undoes its `up`.
 */
export async function describeSchema(runner: { query(sql: string): Promise<unknown> }): Promise<string> {
  const rows = (await runner.query(`
    SELECT c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
           || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT tablename || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT proname || ' ' || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT tgrelid::regclass || ' ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    ORDER BY 1`)) as { line: string }[];
  return rows
    .map((row) => row.line)
    .filter((line) => !line.startsWith('schema_migrations'))
    .join('\n');
}

/** TypeORM heeds `transaction = false` on the way up only; DROP INDEX CONCURRENTLY needs it on the way down too. */
function wantsTransaction(migrations: readonly MigrationClass[], name: string): boolean {
  return (
    migrations.map((one) => new one()).find((one) => (one.name ?? one.constructor.name) === name)?.transaction ?? true
  );
}

type Work<T> = (executor: MigrationExecutor, runner: QueryRunner) => Promise<T>;

/** One connection holds the lock and does the work, so the lock cannot outlive or predecease it. */
async function underLock<T>({ url, migrations }: MigrationOptions, work: Work<T>): Promise<T> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'florin-migrations',
    migrations: [...migrations],
    migrationsTableName: 'schema_migrations',
    installExtensions: false,
    poolSize: 2,
    poolErrorHandler: () => undefined,
    extra: { statement_timeout: 0, lock_timeout: tableLockTimeoutMs },
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    while (!(await tryLock(runner))) await sleep(lockPollMs);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    return await work(executor, runner);
  } finally {
    // Closing the session gives the lock back.
    await runner.release();
    await dataSource.destroy();
  }
}

async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS taken', [migrationLock])) as {
    taken: boolean;
  }[];
  return row?.taken ?? false;
}

async function refuseInvalidIndexes(runner: QueryRunner): Promise<void> {
  const rows = (await runner.query(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  )) as { name: string }[];
  if (rows.length > 0)
    throw new Error(
      `These indexes are not valid and PostgreSQL does not use them: ${rows.map((row) => row.name).join(', ')}`,
    );
}
