import type { OrderCancelled, OrderCompleted } from '@florin/contracts';
import type { ItemRecord } from './order-records';
import type { SettledOrder } from './orders.repository';

/** What is said of a completed order, from its frozen record. */
export function completedMessage(order: SettledOrder, items: readonly ItemRecord[], completedAt: Date): OrderCompleted {
  return {
    orderId: order.id,
    checkoutId: order.checkout_id,
    number: order.number,
    merchantId: order.merchant_id,
    memberId: order.member_id,
    email: order.email ?? undefined,
    origin: order.origin,
    currency: order.currency,
    listMinor: order.list_minor,
    discountMinor: order.discount_minor,
    taxMinor: order.tax_minor,
    totalMinor: order.total_minor,
    couponCode: order.coupon_code ?? undefined,
    lines: items.map((item) => ({
      lineId: item.line_id,
      productId: item.product_id,
      variantId: item.variant_id,
      categoryId: item.category_id ?? undefined,
      sku: item.sku,
      title: item.title,
      quantity: item.quantity,
      listMinor: item.list_minor,
      discountMinor: item.discount_minor,
      taxMinor: item.tax_minor,
      totalMinor: item.total_minor,
    })),
    completedAt: completedAt.toISOString(),
  };
}

export function cancelledMessage(
  order: SettledOrder,
  reasonCode: string,
  reason: string,
  cancelledAt: Date,
): OrderCancelled {
  return {
    orderId: order.id,
    checkoutId: order.checkout_id,
    merchantId: order.merchant_id,
    memberId: order.member_id,
    email: order.email ?? '',
    number: order.number,
    reasonCode,
    reason,
    cancelledAt: cancelledAt.toISOString(),
  };
}
