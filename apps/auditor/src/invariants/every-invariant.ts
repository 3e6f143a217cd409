import type { Invariant } from '../invariant';
import { analyticsInvariants } from './analytics';
import { bookInvariants } from './books';
import { cashbackInvariants } from './cashback';
import { copyInvariants } from './copies';
import { couponInvariants } from './coupons';
import { earningInvariants } from './earning';
import { fraudInvariants } from './fraud';
import { ledgerInvariants } from './ledgers';
import { messageInvariants } from './messages';
import { notificationInvariants } from './notifications';
import { orderInvariants } from './orders';
import { paymentInvariants } from './payments';
import { pointInvariants } from './points';
import { refundInvariants } from './refunds';
import { stockInvariants } from './stock';
import { stuckInvariants } from './stuck';

/** All that is proven, in the order in which it is told: from what was said, along an order, to the points. */
export const everyInvariant: readonly Invariant[] = [
  ...messageInvariants,
  ...orderInvariants,
  ...couponInvariants,
  ...copyInvariants,
  ...stockInvariants,
  ...paymentInvariants,
  ...fraudInvariants,
  ...refundInvariants,
  ...earningInvariants,
  ...pointInvariants,
  ...cashbackInvariants,
  ...bookInvariants,
  ...ledgerInvariants,
  ...notificationInvariants,
  ...analyticsInvariants,
  ...stuckInvariants,
];
