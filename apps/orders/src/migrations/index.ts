import { databaseMigrations } from '@florin/database';
import { idempotencyMigrations } from '@florin/http';
import { messagingMigrations } from '@florin/messaging';
import { Products1764100000001 } from './1764100000001-products';
import { Carts1764100000002 } from './1764100000002-carts';
import { Coupons1764100000003 } from './1764100000003-coupons';
import { Orders1764100000004 } from './1764100000004-orders';
import { Checkouts1764100000005 } from './1764100000005-checkouts';
import { Refunds1764100000006 } from './1764100000006-refunds';
import { OrderImports1764100000007 } from './1764100000007-order-imports';

/** Everything the orders database consists of, the libs' tables first. */
export const migrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...idempotencyMigrations,
  Products1764100000001,
  Carts1764100000002,
  Coupons1764100000003,
  Orders1764100000004,
  Checkouts1764100000005,
  Refunds1764100000006,
  OrderImports1764100000007,
];
