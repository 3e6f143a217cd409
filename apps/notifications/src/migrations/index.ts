import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { messagingMigrations } from '@florin/messaging';
import { Messages1763500000001 } from './1763500000001-messages';
import { Webhooks1763500000002 } from './1763500000002-webhooks';

export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  Messages1763500000001,
  Webhooks1763500000002,
];
