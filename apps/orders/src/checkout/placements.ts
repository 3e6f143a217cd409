import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import { CartHandover } from '../carts/cart-handover';
import { CouponUses } from '../coupons/coupon-uses';
import { WriteOrders } from '../orders/write-orders';
import { PriceList } from '../products/price-list';
import { StartCheckouts } from './start-checkouts';
import { CheckoutTimes } from './checkout-times';
import type { PlaceCommand, PlaceFacts, Placement } from './placement';

/** Reads what a set of orders needs and writes what comes of it; the number of statements does not depend on the number of orders. */
@Injectable()
export class Placements {
  constructor(
    private readonly carts: CartHandover,
    private readonly priceList: PriceList,
    private readonly coupons: CouponUses,
    private readonly orders: WriteOrders,
    private readonly checkouts: StartCheckouts,
    private readonly times: CheckoutTimes,
  ) {}

  /** Locks carts, then coupons (both in id order), and reads prices: one answer per command, in order. */
  async read(tx: Tx, commands: readonly PlaceCommand[]): Promise<PlaceFacts[]> {
    const { now, deadlineAt } = this.times.forPlacement();
    const [carts, numbers] = await Promise.all([
      this.carts.lock(
        tx,
        commands.map((command) => command.cartId),
      ),
      this.orders.numbers(tx, commands.length, now),
    ]);
    const withCoupon = commands.filter((command) => command.couponCode !== null);
    const [variants, found] = await Promise.all([
      this.priceList.variants(
        tx,
        [...carts.values()].flatMap((cart) => [...cart.lines.keys()]),
      ),
      this.coupons.lock(
        tx,
        withCoupon.map(({ merchantId, memberId, couponCode }) => ({ merchantId, memberId, code: couponCode ?? '' })),
      ),
    ]);
    const coupons = new Map(withCoupon.map((command, index) => [command, found[index]]));
    return commands.map((command, index) => ({
      cart: carts.get(command.cartId),
      variants,
      coupon: coupons.get(command),
      number: numbers[index] ?? '',
      now,
      deadlineAt,
    }));
  }

  /** Writes orders, lines, history, coupon uses and checkouts, closes the carts, and asks for stock and money. One round trip. */
  async write(tx: Tx, placements: readonly Placement[]): Promise<void> {
    if (placements.length === 0) return;
    const now = placements[0]?.order.placed_at ?? new Date(0);
    await Promise.all([
      this.orders.execute(
        tx,
        placements.map((placement) => placement.order),
        placements.flatMap((placement) => placement.items),
        placements.map(({ order }) => ({
          order_id: order.id,
          status: 'pending',
          actor: `member:${order.member_id}`,
          at: now,
        })),
      ),
      this.carts.close(
        tx,
        placements.map((placement) => placement.checkout.cart_id),
        now,
      ),
      this.coupons.reserve(
        tx,
        placements.flatMap((placement) => placement.couponUse ?? []),
        now,
      ),
      this.checkouts.execute(tx, placements),
    ]);
  }
}
