import { newId, Refusal } from '@florin/kernel';
import { itemRecord, type ItemRecord, type OrderRecord, type SoldVariant } from '../orders/order-records';
import { newOrderId } from '../orders/write-orders';
import { priceOrder } from '../pricing/price-waterfall';
import type { Variant } from '../products/variants.repository';
import type { ImportedOrderDto } from './imports.dto';

export interface ImportContext {
  merchantId: string;
  currency: string;
  variants: ReadonlyMap<string, Variant>;
  number: string;
  now: Date;
}

/**
 * Freezes an order of an older system with the same waterfall as our own, so that its lines sum exactly too.
 * It is completed and paid elsewhere: nothing of it can be captured or refunded here.
 * Refuses `variant_unknown` and `placed_in_future`; a variant that is no longer sold is fine.
 */
export function importedOrder(
  input: ImportedOrderDto,
  context: ImportContext,
): { order: OrderRecord; items: ItemRecord[] } {
  const placedAt = new Date(input.placed_at);
  if (placedAt > context.now)
    throw new Refusal('unprocessable', 'placed_in_future', 'An order cannot have been placed in the future.');
  const sold = input.lines.map((line): SoldVariant => {
    const variant = context.variants.get(line.variant_id);
    if (!variant || variant.merchant_id !== context.merchantId || variant.currency !== context.currency) {
      throw new Refusal('unprocessable', 'variant_unknown', `There is no variant ${line.variant_id}.`);
    }
    const then = {
      tax_rate_bps: line.tax_rate_bps ?? variant.tax_rate_bps,
      tax_included: line.tax_included ?? variant.tax_included,
    };
    return {
      variant: { ...variant, ...then },
      quantity: line.quantity,
      unitPriceMinor: line.unit_price_minor ?? variant.price_minor,
    };
  });
  const price = priceOrder(
    sold.map(({ variant, quantity, unitPriceMinor }) => ({
      unitPriceMinor,
      quantity,
      taxRateBps: variant.tax_rate_bps,
      taxIncluded: variant.tax_included,
    })),
    input.discount_minor > 0 ? { kind: 'fixed', amountMinor: input.discount_minor } : undefined,
  );
  const identity = newOrderId();
  const order: OrderRecord = {
    ...identity,
    number: context.number,
    merchant_id: context.merchantId,
    member_id: input.member_id,
    email: input.email ?? null,
    origin: 'import',
    external_number: input.external_number,
    checkout_id: newId(),
    status: 'completed',
    currency: context.currency,
    list_minor: price.listMinor,
    discount_minor: price.discountMinor,
    coupon_minor: price.couponMinor,
    tax_minor: price.taxMinor,
    total_minor: price.totalMinor,
    coupon_code: input.coupon_code ?? null,
    wallet_minor: 0,
    card_minor: 0,
    placed_at: placedAt,
    settled_at: placedAt,
  };
  return {
    order,
    items: price.lines.map((line, index) => itemRecord(identity, newId(), index + 1, sold[index] as SoldVariant, line)),
  };
}
