import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import type { Cause } from '@florin/kernel';
import { CartHandover } from '../carts/cart-handover';
import { CouponUses } from '../coupons/coupon-uses';
import { SettleOrders, type OrderEnding } from '../orders/settle-orders';
import { countSettled } from './checkout-metrics';
import type { CheckoutRow } from './checkouts.repository';
import { SettlementWatch } from './settlement-watch';

export interface Ending {
  checkout: CheckoutRow;
  actor: string;
  cause?: Cause | undefined;
}

/** What the end of a checkout means for the order, the cart, the coupon and the shopper who waits. */
@Injectable()
export class EndCheckouts {
  constructor(
    private readonly orders: SettleOrders,
    private readonly coupons: CouponUses,
    private readonly carts: CartHandover,
    private readonly watch: SettlementWatch,
  ) {}

  /** Takes checkouts that have just ended, completed or cancelled. Carts before coupons, as everywhere, so that nobody waits in a circle. */
  async execute(tx: Tx, endings: readonly Ending[], now: Date): Promise<void> {
    if (endings.length === 0) return;
    const completed = endings.filter(({ checkout }) => checkout.state === 'completed');
    const cancelled = endings.filter(({ checkout }) => checkout.state === 'cancelled');
    const withCoupon = ({ checkout }: Ending) =>
      checkout.coupon_id ? [{ checkoutId: checkout.id, couponId: checkout.coupon_id }] : [];
    await Promise.all([
      this.orders.complete(tx, completed.map(orderEnding), now),
      this.coupons.confirm(
        tx,
        completed.flatMap(withCoupon).map((use) => use.checkoutId),
        now,
      ),
      cancelled.length > 0 &&
        this.carts.reopen(
          tx,
          cancelled.map(({ checkout }) => checkout.cart_id),
          now,
        ),
      this.orders.cancel(tx, cancelled.map(orderEnding), now),
      this.coupons.release(tx, cancelled.flatMap(withCoupon), now),
      this.watch.announce(
        tx,
        endings.map(({ checkout }) => checkout),
      ),
    ]);
    tx.afterCommit(() => {
      for (const { checkout } of endings)
        countSettled(checkout.state, checkout.reason_code, checkout.created_at.getTime(), now.getTime());
    });
  }
}

function orderEnding({ checkout, actor, cause }: Ending): OrderEnding {
  return {
    orderId: checkout.order_id,
    actor,
    cause,
    reasonCode: checkout.reason_code ?? '',
    reason: checkout.reason ?? '',
  };
}
