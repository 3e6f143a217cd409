import { allocate, mulDiv, Refusal } from '@florin/kernel';

/** What is bought: one line of a cart with the price and tax rule in force. */
export interface PricedLine {
  unitPriceMinor: number;
  quantity: number;
  taxRateBps: number;
  /** Whether the price already contains the tax. */
  taxIncluded: boolean;
}

/** How a coupon takes money off; a percentage is in basis points (1,250 is 12.5 %). */
export type CouponReduction = { kind: 'percent'; percentBps: number } | { kind: 'fixed'; amountMinor: number };

/** The price of one line, step by step. list − discount (+ tax where it is not included) = total, to the cent. */
export interface LinePrice {
  listMinor: number;
  /** Everything that was taken off; the coupon's part is in couponMinor. */
  discountMinor: number;
  couponMinor: number;
  taxMinor: number;
  totalMinor: number;
}

export interface OrderPrice extends LinePrice {
  lines: LinePrice[];
}

/** No single order may be dearer: ten thousand million in most currencies, far below where exact numbers end. */
export const largestOrderMinor = 1_000_000_000_000;
const basisPoints = 10_000;

/**
 * The price waterfall: list, coupon, tax, total for every line, frozen at placement and read by every refund after.
 * The coupon is rounded once for the order (half to even) and split over the lines by list price; tax is rounded once
 * per rate (half to even) and split by what is left to pay; both by largest remainder, so lines sum to the order exactly.
 * Takes minor units of one currency; refuses `amount_too_large` above the largest order.
 */
export function priceOrder(lines: readonly PricedLine[], coupon?: CouponReduction): OrderPrice {
  const lists = lines.map((line) => line.unitPriceMinor * line.quantity);
  const listMinor = sum(lists);
  if (!(listMinor <= largestOrderMinor)) {
    throw new Refusal('unprocessable', 'amount_too_large', 'No single order may be this large.');
  }
  const couponMinor = coupon ? couponDiscount(coupon, listMinor) : 0;
  const coupons = allocate(couponMinor, lists);
  const nets = lists.map((list, index) => list - (coupons[index] ?? 0));
  const taxes = taxesOf(lines, nets);
  const priced = lines.map((line, index): LinePrice => {
    const [list = 0, discount = 0, net = 0, tax = 0] = [lists[index], coupons[index], nets[index], taxes[index]];
    const totalMinor = line.taxIncluded ? net : net + tax;
    return { listMinor: list, discountMinor: discount, couponMinor: discount, taxMinor: tax, totalMinor };
  });
  return { ...sumOf(priced), lines: priced };
}

/** What a coupon takes off a subtotal: never more than the subtotal, so nothing is sold below zero. */
export function couponDiscount(coupon: CouponReduction, subtotalMinor: number): number {
  if (coupon.kind === 'fixed') return Math.min(coupon.amountMinor, subtotalMinor);
  return Math.min(mulDiv(subtotalMinor, coupon.percentBps, basisPoints, 'half_even'), subtotalMinor);
}

/** Adds up priced lines, step by step. */
export function sumOf(lines: readonly LinePrice[]): LinePrice {
  return {
    listMinor: sum(lines.map((line) => line.listMinor)),
    discountMinor: sum(lines.map((line) => line.discountMinor)),
    couponMinor: sum(lines.map((line) => line.couponMinor)),
    taxMinor: sum(lines.map((line) => line.taxMinor)),
    totalMinor: sum(lines.map((line) => line.totalMinor)),
  };
}

/** Tax per line. Lines of one rate are taxed together and rounded once, as an invoice is. */
function taxesOf(lines: readonly PricedLine[], nets: readonly number[]): number[] {
  const taxes = lines.map(() => 0);
  const groups = new Map<string, number[]>();
  lines.forEach((line, index) => {
    if (line.taxRateBps === 0) return;
    const key = `${line.taxRateBps}:${line.taxIncluded}`;
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  });
  for (const group of groups.values()) {
    const { taxRateBps = 0, taxIncluded = false } = lines[group[0] ?? 0] ?? {};
    const weights = group.map((index) => nets[index] ?? 0);
    const divisor = taxIncluded ? basisPoints + taxRateBps : basisPoints;
    const parts = allocate(mulDiv(sum(weights), taxRateBps, divisor, 'half_even'), weights);
    group.forEach((lineIndex, index) => (taxes[lineIndex] = parts[index] ?? 0));
  }
  return taxes;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
