import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { messagingMigrations } from '@florin/messaging';
import { Events1763400000001 } from './1763400000001-events';
import { Rollups1763400000002 } from './1763400000002-rollups';
import { TaxApart1763400000003 } from './1763400000003-tax-apart';

export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  Events1763400000001,
  Rollups1763400000002,
  TaxApart1763400000003,
];
