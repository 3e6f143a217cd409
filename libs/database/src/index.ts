export { DatabaseConfig } from './config';
export { databaseError, isCheckViolation, isConnectionLost, isForeignKeyViolation, isUniqueViolation, type DatabaseError } from './errors';
export { dataSourceOptions, openDataSource } from './pool';
export * from './tx';
