import type { OrderRefunded, RefundIssue, StockRestock } from '@florin/contracts';
import type { ReturnableOrder } from '../orders/returnable-orders';
import type { RefundLineRow, RefundRow } from './refunds.repository';

/** What the wallet is told: how much goes back to each tender. */
export function issueMessage(refund: RefundRow): RefundIssue {
  return {
    refundId: refund.id,
    orderId: refund.order_id,
    checkoutId: refund.checkout_id,
    merchantId: refund.merchant_id,
    memberId: refund.member_id,
    currency: refund.currency,
    walletMinor: refund.wallet_minor,
    cardMinor: refund.card_minor,
    reason: refund.reason,
  };
}

/** What is said of a completed refund. */
export function refundedMessage(
  refund: RefundRow,
  order: ReturnableOrder | undefined,
  lines: readonly RefundLineRow[],
  refundedAt: Date,
): OrderRefunded {
  return {
    refundId: refund.id,
    orderId: refund.order_id,
    checkoutId: refund.checkout_id,
    number: order?.number ?? '',
    merchantId: refund.merchant_id,
    memberId: refund.member_id,
    email: order?.email ?? '',
    currency: refund.currency,
    totalMinor: refund.total_minor,
    walletMinor: refund.wallet_minor,
    cardMinor: refund.card_minor,
    lines: lines.map((line) => ({
      lineId: line.line_id,
      variantId: line.variant_id,
      quantity: line.quantity,
      totalMinor: line.total_minor,
      taxMinor: line.tax_minor,
    })),
    refundedAt: refundedAt.toISOString(),
  };
}

/** Which goods go back on the shelf. */
export function restockMessage(refund: RefundRow, lines: readonly RefundLineRow[]): StockRestock {
  return {
    refundId: refund.id,
    checkoutId: refund.checkout_id,
    merchantId: refund.merchant_id,
    lines: lines.map((line) => ({ lineId: line.line_id, variantId: line.variant_id, quantity: line.quantity })),
  };
}
