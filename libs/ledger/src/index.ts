export { Ledger, type ExpiredHold } from './ledger';
export { ledgerMigrations } from './migrations';
export * from './types';
