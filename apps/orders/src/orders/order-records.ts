import type { LinePrice } from '../pricing/price-waterfall';
import type { Variant } from '../products/variants.repository';

/** An order as it is written once; the names are those of the columns. */
export interface OrderRecord {
  id: string;
  created_at: Date;
  number: string;
  merchant_id: string;
  member_id: string;
  email: string | null;
  origin: 'checkout' | 'import';
  external_number: string | null;
  checkout_id: string;
  status: 'pending' | 'completed';
  currency: string;
  list_minor: number;
  discount_minor: number;
  coupon_minor: number;
  tax_minor: number;
  total_minor: number;
  coupon_code: string | null;
  wallet_minor: number;
  card_minor: number;
  placed_at: Date;
  settled_at: Date | null;
}

/** One line of the frozen waterfall. */
export interface ItemRecord {
  order_id: string;
  created_at: Date;
  line_id: string;
  line_no: number;
  variant_id: string;
  product_id: string;
  category_id: string | null;
  sku: string;
  title: string;
  quantity: number;
  unit_price_minor: number;
  list_minor: number;
  discount_minor: number;
  coupon_minor: number;
  tax_rate_bps: number;
  tax_included: boolean;
  tax_minor: number;
  total_minor: number;
}

/** One step in the life of an order: who did it, when and why. */
export interface HistoryRecord {
  order_id: string;
  status: string;
  reason_code?: string | null;
  actor: string;
  at: Date;
}

/** What is sold of a variant: how many, at which price and tax rule. */
export interface SoldVariant {
  variant: Variant;
  quantity: number;
  unitPriceMinor: number;
}

/** Freezes one priced line of an order. */
export function itemRecord(
  order: Pick<OrderRecord, 'id' | 'created_at'>,
  lineId: string,
  lineNo: number,
  sold: SoldVariant,
  price: LinePrice,
): ItemRecord {
  const { variant } = sold;
  return {
    order_id: order.id,
    created_at: order.created_at,
    line_id: lineId,
    line_no: lineNo,
    variant_id: variant.variant_id,
    product_id: variant.product_id,
    category_id: variant.category_id,
    sku: variant.sku,
    title: variant.title,
    quantity: sold.quantity,
    unit_price_minor: sold.unitPriceMinor,
    list_minor: price.listMinor,
    discount_minor: price.discountMinor,
    coupon_minor: price.couponMinor,
    tax_rate_bps: variant.tax_rate_bps,
    tax_included: variant.tax_included,
    tax_minor: price.taxMinor,
    total_minor: price.totalMinor,
  };
}
