import { Inject, Injectable } from '@nestjs/common';
import { Transactions } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { CouponUses } from '../coupons/coupon-uses';
import { couponCodeOf } from '../coupons/coupon-rules';
import { notFound } from '../input';
import { PriceList } from '../products/price-list';
import { ownsCart, priceCart, type Cart, type CartOwner } from './cart-rules';
import { cartDto, type CartDto } from './carts.dto';
import { CartsRepository } from './carts.repository';

/** Shows a cart at today's prices. Reads the primary: a shopper must see what they have just put in. */
@Injectable()
export class ShowCart {
  constructor(
    private readonly transactions: Transactions,
    private readonly carts: CartsRepository,
    private readonly priceList: PriceList,
    private readonly coupons: CouponUses,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The owner's cart; with a coupon code, what the coupon would take off or why it does not apply. Refuses 404. */
  execute(owner: CartOwner, cartId: string, couponCode?: string): Promise<CartDto> {
    return this.transactions.run(async (tx) => {
      const [[row], lines] = await Promise.all([this.carts.read(tx, cartId), this.carts.lines(tx, [cartId])]);
      if (!row || !ownsCart(row, owner)) throw notFound();
      const cart: Cart = { row, lines: new Map(lines.map((line) => [line.variant_id, line.quantity])) };
      const variants = await this.priceList.variants(tx, cart.lines.keys());
      if (!couponCode) return cartDto(priceCart(cart, variants, this.clock.now()));
      const code = couponCodeOf(couponCode);
      const asked = await this.coupons.look(tx, { merchantId: row.merchant_id, code, memberId: row.member_id });
      return cartDto(priceCart(cart, variants, this.clock.now(), { code, ...asked }));
    });
  }
}
