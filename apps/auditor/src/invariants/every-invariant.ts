import type { Invariant } from '../invariant';
import { analyticsInvariants } from './analytics';
import { bookInvariants } from './books';
import { cashbackInvariants } from './cashback';
import { closeInvariants } from './closes';
import { copyInvariants } from './copies';
import { couponInvariants } from './coupons';
import { earningInvariants } from './earning';
import { exchangeInvariants } from './exchange';
import { fraudInvariants } from './fraud';
import { ledgerInvariants } from './ledgers';
import { liabilityInvariants } from './liability';
import { limitInvariants } from './limits';
import { messageInvariants } from './messages';
import { notificationInvariants } from './notifications';
import { orderInvariants } from './orders';
import { paymentInvariants } from './payments';
import { payoutInvariants } from './payouts';
import { pointInvariants } from './points';
import { reconciliationInvariants } from './reconciliation';
import { refundInvariants } from './refunds';
import { stockInvariants } from './stock';
import { storedValueInvariants } from './stored-values';
import { stuckInvariants } from './stuck';
import { voucherInvariants } from './vouchers';
import { walletInvariants } from './wallets';

/** All that is proven, in the order in which it is told: from what was said, along an order, to the points. */
export const everyInvariant: readonly Invariant[] = [
  ...messageInvariants,
  ...orderInvariants,
  ...couponInvariants,
  ...copyInvariants,
  ...stockInvariants,
  ...paymentInvariants,
  ...payoutInvariants,
  ...fraudInvariants,
  ...refundInvariants,
  ...reconciliationInvariants,
  ...earningInvariants,
  ...pointInvariants,
  ...cashbackInvariants,
  ...storedValueInvariants,
  ...voucherInvariants,
  ...exchangeInvariants,
  ...limitInvariants,
  ...liabilityInvariants,
  ...closeInvariants,
  ...bookInvariants,
  ...walletInvariants,
  ...ledgerInvariants,
  ...notificationInvariants,
  ...analyticsInvariants,
  ...stuckInvariants,
];
