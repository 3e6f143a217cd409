import { orderCancelled, orderCompleted } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { type House, storyAt } from './house';
import type { Points } from './points';
import type { Post } from './post';
import { currency, type Sale } from './things';

/** How orders end, and what follows from it. */
export class Endings {
  constructor(
    private readonly house: House,
    private readonly post: Post,
    private readonly points: Points,
  ) {}

  complete(sale: Sale): void {
    const { id: orderId, checkoutId, number, member, lines, totalMinor, coupon, outcome } = sale;
    const { merchantId, id: memberId, email } = member;
    const discountMinor = lines.reduce((sum, line) => sum + line.discountMinor, 0);
    this.step(sale, 'completed');
    const amounts = {
      currency,
      listMinor: totalMinor + discountMinor,
      discountMinor,
      taxMinor: 0,
      totalMinor,
      couponCode: coupon?.code,
    };
    const told = lines.map(({ id, variant, quantity, discountMinor: discount, totalMinor: total }) => ({
      ...{
        lineId: id,
        productId: variant.productId,
        variantId: variant.id,
        sku: variant.sku,
        title: variant.sku,
        quantity,
      },
      ...{ listMinor: total + discount, discountMinor: discount, taxMinor: 0, totalMinor: total },
    }));
    const origin = outcome === 'imported' ? ('import' as const) : ('checkout' as const);
    this.house.say('orders', orderCompleted, orderId, {
      orderId,
      checkoutId,
      number,
      merchantId,
      memberId,
      email,
      origin,
      ...amounts,
      lines: told,
      completedAt: storyAt.toISOString(),
    });
    this.points.earn(sale);
    this.house.countActive(merchantId, memberId);
    const sums =
      origin === 'import'
        ? { imported_orders: 1, imported_minor: totalMinor, imported_discount_minor: discountMinor }
        : { orders: 1, sales_minor: totalMinor, discount_minor: discountMinor };
    this.house.countRevenue(merchantId, currency, sums);
    if (origin === 'checkout')
      this.post.mail({
        userId: memberId,
        merchantId,
        recipient: email,
        template: 'order_confirmed',
        intent: `order_confirmed:${orderId}`,
      });
  }

  cancel(sale: Sale): void {
    const { id: orderId, checkoutId, number, member } = sale;
    const { merchantId, id: memberId, email } = member;
    this.step(sale, 'cancelled');
    const why = { reasonCode: 'payment_refused', reason: 'The card was declined.', cancelledAt: storyAt.toISOString() };
    this.house.say('orders', orderCancelled, orderId, {
      orderId,
      checkoutId,
      merchantId,
      memberId,
      email,
      number,
      ...why,
    });
    this.post.mail({
      userId: memberId,
      merchantId,
      recipient: email,
      template: 'order_cancelled',
      intent: `order_cancelled:${orderId}`,
    });
  }

  step({ id }: Sale, status: string): void {
    this.house.stores.add('orders', 'order_status_history', {
      id: newId(),
      order_id: id,
      created_at: storyAt,
      status,
      actor: 'story',
      at: storyAt,
    });
  }
}
