import type { OpenOrigin } from '@florin/http';
import { newId, Refusal, type Cause } from '@florin/kernel';
import { requireOpen, type Cart } from '../carts/cart-rules';
import { couponRefusal, reductionOf } from '../coupons/coupon-rules';
import type { CouponFound } from '../coupons/coupon-uses';
import type { CouponUse } from '../coupons/coupons.repository';
import { itemRecord, type ItemRecord, type OrderRecord, type SoldVariant } from '../orders/order-records';
import { newOrderId } from '../orders/write-orders';
import { priceOrder } from '../pricing/price-waterfall';
import type { Variant } from '../products/variants.repository';
import { begin, type Saga } from './checkout-plan';

/** A shopper's wish to order a cart. Amounts in minor units of the cart's currency. */
export interface PlaceCommand {
  merchantId: string;
  memberId: string;
  email: string | null;
  cartId: string;
  couponCode: string | null;
  walletMinor: number;
  cardToken: string | null;
  cardFingerprint?: string | undefined;
  cardCountry?: string | undefined;
  /** Where the request came from; sealed before it is said. */
  origin?: OpenOrigin | undefined;
  /** What the shopper saw as the total; another price is refused instead of charged. */
  expectedTotalMinor: number | null;
  /** The process in which the shopper waits for the end, if they do. */
  awaitedBy: string | null;
}

/** What the set read for one command. */
export interface PlaceFacts {
  cart: Cart | undefined;
  variants: ReadonlyMap<string, Variant>;
  coupon: CouponFound | undefined;
  number: string;
  now: Date;
  deadlineAt: Date;
}

/** An accepted order with everything that is written of it. */
export interface Placement {
  command: PlaceCommand;
  order: OrderRecord;
  items: ItemRecord[];
  checkout: CheckoutRecord;
  couponUse?: CouponUse;
  cause?: Cause | undefined;
}

export interface CheckoutRecord extends Saga {
  id: string;
  order_id: string;
  cart_id: string;
  merchant_id: string;
  coupon_id: string | null;
  awaited_by: string | null;
  deadline_at: Date;
  created_at: Date;
  updated_at: Date;
}

/**
 * Decides one order and freezes its price. Throws the refusal that the shopper gets: 404, `cart_ordered`, `cart_empty`,
 * `variant_unavailable`, the coupon's refusals, `total_changed`, `wallet_minor_too_large`, `card_token_required`.
 * Counts the coupon use on the shared coupon, so that the next of the set sees one less.
 */
export function placeOrder(command: PlaceCommand, facts: PlaceFacts): Placement {
  const cart = requireOpen(facts.cart, command);
  const sold = soldLines(cart, facts.variants);
  const { coupon } = facts.coupon ?? {};
  const priced = sold.map(({ variant, quantity, unitPriceMinor }) => ({
    unitPriceMinor,
    quantity,
    taxRateBps: variant.tax_rate_bps,
    taxIncluded: variant.tax_included,
  }));
  if (command.couponCode !== null) {
    const subtotalMinor = priceOrder(priced).listMinor;
    const takenByMember = facts.coupon?.takenByMember ?? 0;
    const refusal = couponRefusal(coupon, {
      now: facts.now,
      currency: cart.row.currency,
      subtotalMinor,
      takenByMember,
    });
    if (refusal) throw refusal;
  }
  const price = priceOrder(priced, coupon && reductionOf(coupon));
  requirePayable(command, price.totalMinor);
  const identity = newOrderId();
  const checkoutId = newId();
  const order: OrderRecord = {
    ...identity,
    number: facts.number,
    merchant_id: cart.row.merchant_id,
    member_id: command.memberId,
    email: command.email,
    origin: 'checkout',
    external_number: null,
    checkout_id: checkoutId,
    status: 'pending',
    currency: cart.row.currency,
    list_minor: price.listMinor,
    discount_minor: price.discountMinor,
    coupon_minor: price.couponMinor,
    tax_minor: price.taxMinor,
    total_minor: price.totalMinor,
    coupon_code: coupon?.code ?? null,
    wallet_minor: command.walletMinor,
    card_minor: price.totalMinor - command.walletMinor,
    placed_at: facts.now,
    settled_at: null,
  };
  const items = price.lines.map((line, index) =>
    itemRecord(identity, newId(), index + 1, sold[index] as SoldVariant, line),
  );
  const checkout: CheckoutRecord = {
    ...begin(price.totalMinor),
    id: checkoutId,
    order_id: identity.id,
    cart_id: cart.row.id,
    merchant_id: cart.row.merchant_id,
    coupon_id: coupon?.id ?? null,
    awaited_by: command.awaitedBy,
    deadline_at: facts.deadlineAt,
    created_at: facts.now,
    updated_at: facts.now,
  };
  cart.row.status = 'ordered';
  return { command, order, items, checkout, couponUse: coupon && takeUse(facts.coupon, order, checkoutId) };
}

function soldLines(cart: Cart, variants: ReadonlyMap<string, Variant>): SoldVariant[] {
  if (cart.lines.size === 0) throw new Refusal('unprocessable', 'cart_empty', 'There is nothing in this cart.');
  return [...cart.lines].map(([variantId, quantity]) => {
    const variant = variants.get(variantId);
    if (!variant?.active || variant.currency !== cart.row.currency || variant.merchant_id !== cart.row.merchant_id) {
      throw Refusal.field(
        'unprocessable',
        `lines.${variantId}`,
        'variant_unavailable',
        'Something in this cart cannot be bought any more.',
      );
    }
    return { variant, quantity, unitPriceMinor: variant.price_minor };
  });
}

function requirePayable(command: PlaceCommand, totalMinor: number): void {
  const { expectedTotalMinor, walletMinor } = command;
  if (expectedTotalMinor !== null && expectedTotalMinor !== totalMinor) {
    throw Refusal.field('conflict', 'expected_total_minor', 'total_changed', `The total is now ${totalMinor}.`);
  }
  if (walletMinor > totalMinor) {
    throw Refusal.field(
      'unprocessable',
      'payment.wallet_minor',
      'wallet_minor_too_large',
      `The total is ${totalMinor}.`,
    );
  }
  if (walletMinor < totalMinor && command.cardToken === null) {
    throw Refusal.field(
      'unprocessable',
      'payment.card_token',
      'card_token_required',
      'The wallet does not pay for all of it, so name a card.',
    );
  }
}

function takeUse(found: CouponFound | undefined, order: OrderRecord, checkoutId: string): CouponUse | undefined {
  if (!found?.coupon) return undefined;
  found.coupon.taken += 1;
  found.takenByMember += 1;
  return {
    checkoutId,
    couponId: found.coupon.id,
    memberId: order.member_id,
    orderId: order.id,
    discountMinor: order.coupon_minor,
    maxUsesPerMember: found.coupon.maxUsesPerMember,
  };
}
