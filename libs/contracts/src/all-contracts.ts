import type { MessageContract } from './define';
import { emailVerificationRequested } from './auth/email-verification-requested.v1';
import { sessionRevoked } from './auth/session-revoked.v1';
import { userLocked } from './auth/user-locked.v1';
import { userRegistered } from './auth/user-registered.v1';
import { userVerified } from './auth/user-verified.v1';
import { merchantSaved } from './catalog/merchant-saved.v1';
import { stockConfirm } from './catalog/stock-confirm.v1';
import { stockConfirmed } from './catalog/stock-confirmed.v1';
import { stockRefused } from './catalog/stock-refused.v1';
import { stockRelease } from './catalog/stock-release.v1';
import { stockReleased } from './catalog/stock-released.v1';
import { stockReserve } from './catalog/stock-reserve.v1';
import { stockReserved } from './catalog/stock-reserved.v1';
import { stockRestock } from './catalog/stock-restock.v1';
import { stockRestocked } from './catalog/stock-restocked.v1';
import { variantSaved } from './catalog/variant-saved.v1';
import { cashbackAccrued } from './loyalty/cashback-accrued.v1';
import { cashbackReversed } from './loyalty/cashback-reversed.v1';
import { memberEnrolled } from './loyalty/member-enrolled.v1';
import { pointsClawedBack } from './loyalty/points-clawed-back.v1';
import { pointsEarned } from './loyalty/points-earned.v1';
import { pointsExpired } from './loyalty/points-expired.v1';
import { pointsRedeemed } from './loyalty/points-redeemed.v1';
import { tierUpgraded } from './loyalty/tier-upgraded.v1';
import { messageSent } from './notifications/message-sent.v1';
import { webhookDelivered } from './notifications/webhook-delivered.v1';
import { orderCancelled } from './orders/order-cancelled.v1';
import { orderCompleted } from './orders/order-completed.v1';
import { orderPlaced } from './orders/order-placed.v1';
import { orderRefunded } from './orders/order-refunded.v1';
import { balanceCrossed } from './wallet/balance-crossed.v1';
import { cashbackChanged } from './wallet/cashback-changed.v1';
import { fraudFlagged } from './wallet/fraud-flagged.v1';
import { fraudReviewed } from './wallet/fraud-reviewed.v1';
import { paymentCaptured } from './wallet/payment-captured.v1';
import { paymentChanged } from './wallet/payment-changed.v1';
import { paymentConfirm } from './wallet/payment-confirm.v1';
import { paymentRefused } from './wallet/payment-refused.v1';
import { paymentRelease } from './wallet/payment-release.v1';
import { paymentReleased } from './wallet/payment-released.v1';
import { paymentReserve } from './wallet/payment-reserve.v1';
import { paymentReserved } from './wallet/payment-reserved.v1';
import { payoutChanged } from './wallet/payout-changed.v1';
import { periodClosed } from './wallet/period-closed.v1';
import { prefundingChanged } from './wallet/prefunding-changed.v1';
import { reconciliationCompleted } from './wallet/reconciliation-completed.v1';
import { reconciliationExceptionRaised } from './wallet/reconciliation-exception-raised.v1';
import { refundCompleted } from './wallet/refund-completed.v1';
import { refundFailed } from './wallet/refund-failed.v1';
import { refundIssue } from './wallet/refund-issue.v1';
import { settlementIssued } from './wallet/settlement-issued.v1';
import { topupCompleted } from './wallet/topup-completed.v1';
import { transferCompleted } from './wallet/transfer-completed.v1';
import { exchangeCompleted } from './wallet/exchange-completed.v1';
import { giftCardChanged } from './wallet/gift-card-changed.v1';
import { storeCreditChanged } from './wallet/store-credit-changed.v1';
import { voucherRedeem } from './wallet/voucher-redeem.v1';
import { voucherRedeemed } from './wallet/voucher-redeemed.v1';
import { voucherRefused } from './wallet/voucher-refused.v1';
import { walletFrozen } from './wallet/wallet-frozen.v1';
import { walletUnfrozen } from './wallet/wallet-unfrozen.v1';

/** Every message there is, one entry per type and version. */
export const allContracts: readonly MessageContract[] = [
  emailVerificationRequested,
  sessionRevoked,
  userLocked,
  userRegistered,
  userVerified,
  merchantSaved,
  stockConfirm,
  stockConfirmed,
  stockRefused,
  stockRelease,
  stockReleased,
  stockReserve,
  stockReserved,
  stockRestock,
  stockRestocked,
  variantSaved,
  cashbackAccrued,
  cashbackReversed,
  memberEnrolled,
  pointsClawedBack,
  pointsEarned,
  pointsExpired,
  pointsRedeemed,
  tierUpgraded,
  messageSent,
  webhookDelivered,
  orderCancelled,
  orderCompleted,
  orderPlaced,
  orderRefunded,
  balanceCrossed,
  cashbackChanged,
  fraudFlagged,
  fraudReviewed,
  paymentCaptured,
  paymentChanged,
  paymentConfirm,
  paymentRefused,
  paymentRelease,
  paymentReleased,
  paymentReserve,
  paymentReserved,
  payoutChanged,
  periodClosed,
  prefundingChanged,
  reconciliationCompleted,
  reconciliationExceptionRaised,
  refundCompleted,
  refundFailed,
  refundIssue,
  settlementIssued,
  topupCompleted,
  transferCompleted,
  exchangeCompleted,
  giftCardChanged,
  storeCreditChanged,
  voucherRedeem,
  voucherRedeemed,
  voucherRefused,
  walletFrozen,
  walletUnfrozen,
];

const byName = new Map(allContracts.map((contract) => [contract.name, contract]));

/** The contract with this name (`orders.order.completed.v1`), if there is one. */
export function contractNamed(name: string): MessageContract | undefined {
  return byName.get(name);
}
