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
import { FraudSettings1764100000100 } from './1764100000100-fraud-settings';
import { FraudDecisions1764100000101 } from './1764100000101-fraud-decisions';
import { FraudReviews1764100000102 } from './1764100000102-fraud-reviews';
import { LiabilityLots1764100000400 } from './1764100000400-liability-lots';
import { Closes1764100000401 } from './1764100000401-closes';
import { Settlements1764100000402 } from './1764100000402-settlements';
import { Payouts1764100000200 } from './1764100000200-payouts';
import { LimitsAndFreezes1764100000500 } from './1764100000500-limits-and-freezes';
import { WalletSettings1764100000501 } from './1764100000501-wallet-settings';
import { GiftCardsAndStoreCredit1764100000502 } from './1764100000502-gift-cards-and-store-credit';
import { CheckoutParts1764100000503 } from './1764100000503-checkout-parts';
import { Vouchers1764100000504 } from './1764100000504-vouchers';
import { Exchange1764100000505 } from './1764100000505-exchange';
import { CashbackStates1764100000506 } from './1764100000506-cashback-states';
import { PaymentLifecycle1764100000600 } from './1764100000600-payment-lifecycle';
import { PaymentRoutings1764100000601 } from './1764100000601-payment-routings';
import { WalletTransactions1764100000700 } from './1764100000700-wallet-transactions';
import { Transfers1764100000701 } from './1764100000701-transfers';
import { Books1764100000702 } from './1764100000702-books';
import { Reconciliation1764100000300 } from './1764100000300-reconciliation';

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
  FraudSettings1764100000100,
  FraudDecisions1764100000101,
  FraudReviews1764100000102,
  LiabilityLots1764100000400,
  Closes1764100000401,
  Settlements1764100000402,
  Payouts1764100000200,
  LimitsAndFreezes1764100000500,
  WalletSettings1764100000501,
  GiftCardsAndStoreCredit1764100000502,
  CheckoutParts1764100000503,
  Vouchers1764100000504,
  Exchange1764100000505,
  CashbackStates1764100000506,
  PaymentLifecycle1764100000600,
  PaymentRoutings1764100000601,
  WalletTransactions1764100000700,
  Transfers1764100000701,
  Books1764100000702,
  Reconciliation1764100000300,
];
