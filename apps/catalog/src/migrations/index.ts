import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { messagingMigrations } from '@florin/messaging';
import { Merchants1763700000001 } from './1763700000001-merchants';
import { Products1763700000002 } from './1763700000002-products';
import { Stock1763700000003 } from './1763700000003-stock';
import { Restocks1763700000004 } from './1763700000004-restocks';

export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  Merchants1763700000001,
  Products1763700000002,
  Stock1763700000003,
  Restocks1763700000004,
];
