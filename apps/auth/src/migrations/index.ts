import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { messagingMigrations } from '@florin/messaging';
import { Users1763600000001 } from './1763600000001-users';
import { Sessions1763600000002 } from './1763600000002-sessions';

export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  Users1763600000001,
  Sessions1763600000002,
];
