import { Refusal } from '@florin/kernel';
import { couponRefusal, reductionOf, type Coupon } from '../coupons/coupon-rules';
import { notFound } from '../input';
import { priceOrder, type LinePrice } from '../pricing/price-waterfall';
import type { Variant } from '../products/variants.repository';

/** More lines or units than anybody carries; they bound what one order can cost to place. */
export const mostLines = 100;
export const mostUnits = 999;

export interface CartRow {
  id: string;
  merchant_id: string;
  member_id: string | null;
  guest_key_hash: string | null;
  currency: string;
  status: 'open' | 'ordered';
  created_at: Date;
  updated_at: Date;
}

/** Whose cart it is: a member's, or that of whoever knows the guest key. */
export type CartOwner = { merchantId: string; memberId: string } | { guestKeyHash: string };

export type CartChange =
  | { kind: 'create'; cartId: string; merchantId: string; lines: { variantId: string; quantity: number }[] }
  | { kind: 'add' | 'set'; cartId: string; variantId: string; quantity: number }
  | { kind: 'remove'; cartId: string; variantId: string }
  | { kind: 'claim'; cartId: string; guestKeyHash: string };

/** A cart as it is being changed: its row, and quantity by variant id. */
export interface Cart {
  row: CartRow;
  lines: Map<string, number>;
}

export interface PricedCartLine extends LinePrice {
  variant: Variant;
  quantity: number;
  /** Whether it can be bought now; a line that cannot counts for nothing. */
  available: boolean;
}

export interface PricedCart extends LinePrice {
  row: CartRow;
  lines: PricedCartLine[];
  coupon?: { code: string; refusal?: Refusal };
}

/** Makes a cart of these lines for the owner; refuses `merchant_unknown` where nothing is known of the merchant yet. */
export function newCart(
  id: string,
  owner: CartOwner,
  merchantId: string,
  currency: string | undefined,
  now: Date,
): Cart {
  if (!currency) throw Refusal.field('unprocessable', 'merchant_id', 'merchant_unknown', 'There is no such merchant.');
  const [memberId, keyHash] = 'memberId' in owner ? [owner.memberId, null] : [null, owner.guestKeyHash];
  const row: CartRow = {
    id,
    merchant_id: merchantId,
    member_id: memberId,
    guest_key_hash: keyHash,
    currency,
    status: 'open',
    created_at: now,
    updated_at: now,
  };
  return { row, lines: new Map() };
}

/** Refuses with 404 unless the cart is the owner's, and with 409 `cart_ordered` once it has become an order. */
export function requireOpen(cart: Cart | undefined, owner: CartOwner): Cart {
  if (!cart || !ownsCart(cart.row, owner)) throw notFound();
  if (cart.row.status !== 'open') throw new Refusal('conflict', 'cart_ordered', 'This cart has become an order.');
  return cart;
}

export function ownsCart(
  cart: Pick<CartRow, 'member_id' | 'merchant_id' | 'guest_key_hash'>,
  owner: CartOwner,
): boolean {
  if ('memberId' in owner) return cart.member_id === owner.memberId && cart.merchant_id === owner.merchantId;
  return cart.member_id === null && cart.guest_key_hash === owner.guestKeyHash;
}

/** Puts units of a variant into the cart, beside those in it or instead of them. Refuses what the merchant does not sell. */
export function putLine(
  cart: Cart,
  variantId: string,
  variant: Variant | undefined,
  quantity: number,
  mode: 'add' | 'set',
): void {
  if (!variant?.active || variant.merchant_id !== cart.row.merchant_id || variant.currency !== cart.row.currency) {
    throw Refusal.field('unprocessable', 'variant_id', 'variant_unavailable', 'This cannot be bought here.');
  }
  const units = quantity + (mode === 'add' ? (cart.lines.get(variantId) ?? 0) : 0);
  if (units > mostUnits)
    throw Refusal.field('unprocessable', 'quantity', 'too_many_units', `A line holds ${mostUnits} units at the most.`);
  cart.lines.set(variantId, units);
  if (cart.lines.size > mostLines)
    throw new Refusal('unprocessable', 'too_many_lines', `A cart holds ${mostLines} lines at the most.`);
}

export interface CouponInCart {
  code: string;
  coupon: Coupon | undefined;
  takenByMember: number;
}

/** Prices a cart as it would be ordered now. A coupon that does not apply is named with its reason and takes nothing off. */
export function priceCart(
  cart: Cart,
  variants: ReadonlyMap<string, Variant>,
  now: Date,
  asked?: CouponInCart,
): PricedCart {
  const known = [...cart.lines].flatMap(([id, quantity]) => {
    const variant = variants.get(id);
    return variant ? [{ variant, quantity, available: variant.active && variant.currency === cart.row.currency }] : [];
  });
  const sold = known.filter((line) => line.available);
  const asPriced = sold.map(({ variant, quantity }) => ({
    unitPriceMinor: variant.price_minor,
    quantity,
    taxRateBps: variant.tax_rate_bps,
    taxIncluded: variant.tax_included,
  }));
  let price = priceOrder(asPriced);
  let refusal: Refusal | undefined;
  if (asked) {
    const { currency } = cart.row;
    refusal = couponRefusal(asked.coupon, {
      now,
      currency,
      subtotalMinor: price.listMinor,
      takenByMember: asked.takenByMember,
    });
    if (!refusal && asked.coupon) price = priceOrder(asPriced, reductionOf(asked.coupon));
  }
  const { lines, ...totals } = price;
  const nothing: LinePrice = { listMinor: 0, discountMinor: 0, couponMinor: 0, taxMinor: 0, totalMinor: 0 };
  const priceOf = (line: (typeof known)[number]) => lines[sold.indexOf(line)] ?? nothing;
  return {
    row: cart.row,
    ...totals,
    lines: known.map((line) => ({ ...line, ...priceOf(line) })),
    ...(asked && { coupon: { code: asked.code, refusal } }),
  };
}
