import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { ledgerMigrations } from '@florin/ledger';
import { messagingMigrations } from '@florin/messaging';
import { Programs1763800000001 } from './1763800000001-programs';
import { Members1763800000002 } from './1763800000002-members';
import { Points1763800000003 } from './1763800000003-points';
import { TwoTimes1763800000004 } from './1763800000004-two-times';

export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  ...ledgerMigrations,
  Programs1763800000001,
  Members1763800000002,
  Points1763800000003,
  TwoTimes1763800000004,
];
