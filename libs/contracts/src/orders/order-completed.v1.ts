import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, Minor, OneOf, Optional, Text, WholeNumber } from '../fields';

export const orderCompletedOrigins = ['checkout', 'import'] as const;
export type OrderCompletedOrigin = (typeof orderCompletedOrigins)[number];

export class CompletedLine {
  @Id() readonly lineId: string;
  @Id() readonly productId: string;
  @Id() readonly variantId: string;
  @Optional() @Id() readonly categoryId?: string;
  @Text() readonly sku: string;
  @Text() readonly title: string;
  @WholeNumber(1) readonly quantity: number;
  @Minor() readonly listMinor: number;
  @Minor() readonly discountMinor: number;
  @Minor() readonly taxMinor: number;
  @Minor() readonly totalMinor: number;
}

export class OrderCompleted {
  @Id() readonly orderId: string;
  @Id() readonly checkoutId: string;
  @Text() readonly number: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Optional() @Text() readonly email?: string;
  @OneOf(orderCompletedOrigins) readonly origin: OrderCompletedOrigin;
  @Currency() readonly currency: string;
  @Minor() readonly listMinor: number;
  @Minor() readonly discountMinor: number;
  @Minor() readonly taxMinor: number;
  @Minor() readonly totalMinor: number;
  @Optional() @Text() readonly couponCode?: string;
  @ListOf(() => CompletedLine) readonly lines: CompletedLine[];
  @Instant() readonly completedAt: string;
}

/** Said once, when every line of an order is paid and handed over. Loyalty awards points on it. */
export const orderCompleted = defineEvent({
  type: 'orders.order.completed',
  version: 1,
  data: OrderCompleted,
  description: 'Said once, when every line of an order is paid and handed over. Loyalty awards points on it.',
  example: {
    orderId: exampleId(3),
    checkoutId: exampleId(4),
    number: 'F-2026-000042',
    merchantId: exampleId(1),
    memberId: exampleId(2),
    email: 'ada@demo.test',
    origin: 'checkout',
    currency: 'EUR',
    listMinor: 2_900,
    discountMinor: 290,
    taxMinor: 453,
    totalMinor: 2_610,
    couponCode: 'WELCOME10',
    lines: [
      {
        lineId: exampleId(6),
        productId: exampleId(8),
        variantId: exampleId(7),
        categoryId: exampleId(9),
        sku: 'BEAN-250',
        title: 'House beans, 250 g',
        quantity: 2,
        listMinor: 2_900,
        discountMinor: 290,
        taxMinor: 453,
        totalMinor: 2_610,
      },
    ],
    completedAt: '2026-11-21T10:00:00.000Z',
  },
});
