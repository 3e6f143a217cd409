import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { ledgerMigrations } from '@florin/ledger';
import { messagingMigrations } from '@florin/messaging';
import { Wallets1763900000000 } from './1763900000000-wallets';
import { Payments1763900000001 } from './1763900000001-payments';
import { Checkouts1763900000002 } from './1763900000002-checkouts';
import { TopupsAndCashback1763900000003 } from './1763900000003-topups-and-cashback';
import { EmptyRefunds1763900000004 } from './1763900000004-empty-refunds';
import { WalletsAtAMerchant1764100000000 } from './1764100000000-wallets-at-a-merchant';
import { LimitsAndFreezes1764100000500 } from './1764100000500-limits-and-freezes';
import { WalletTransactions1764100000700 } from './1764100000700-wallet-transactions';
import { Transfers1764100000701 } from './1764100000701-transfers';

export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  ...ledgerMigrations,
  Wallets1763900000000,
  Payments1763900000001,
  Checkouts1763900000002,
  TopupsAndCashback1763900000003,
  EmptyRefunds1763900000004,
  WalletsAtAMerchant1764100000000,
  LimitsAndFreezes1764100000500,
  WalletTransactions1764100000700,
  Transfers1764100000701,
];
