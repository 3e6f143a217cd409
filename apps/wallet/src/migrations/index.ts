import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { ledgerMigrations } from '@florin/ledger';
import { messagingMigrations } from '@florin/messaging';
import { Payments1763900000001 } from './1763900000001-payments';
import { Checkouts1763900000002 } from './1763900000002-checkouts';
import { TopupsAndCashback1763900000003 } from './1763900000003-topups-and-cashback';

export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  ...ledgerMigrations,
  Payments1763900000001,
  Checkouts1763900000002,
  TopupsAndCashback1763900000003,
];
