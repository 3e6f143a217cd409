import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { messagingMigrations } from '@florin/messaging';
import { Users1763600000001 } from './1763600000001-users';
import { Sessions1763600000002 } from './1763600000002-sessions';
import { TokenPredecessors1763600000003 } from './1763600000003-token-predecessors';

export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  Users1763600000001,
  Sessions1763600000002,
  TokenPredecessors1763600000003,
];
