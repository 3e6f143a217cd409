export * from './coalescing-writer';
export * from './config';
export * from './database.module';
export {
  databaseError,
  isCheckViolation,
  isConnectionLost,
  isForeignKeyViolation,
  isUniqueViolation,
  type DatabaseError,
} from './errors';
export * from './jobs';
export * from './leased-work';
export {
  describeSchema,
  migrate,
  pendingMigrations,
  rollBack,
  type MigrationClass,
  type MigrationOptions,
} from './migrate';
export { databaseMigrations } from './migrations';
export {
  ensureDefaultPartition,
  ensureHashPartitions,
  ensureMonthlyPartitions,
  monthlyName,
  type MonthlySpan,
  type SqlRunner,
} from './partition-sql';
export * from './partitions';
export { openDataSource, poolConfig, poolOf } from './pool';
export * from './reads';
export * from './tx';
