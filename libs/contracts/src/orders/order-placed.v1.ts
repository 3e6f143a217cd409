import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, Minor, Text, WholeNumber } from '../fields';

export class PlacedLine {
  @Id() readonly lineId: string;
  @Id() readonly variantId: string;
  @Text() readonly sku: string;
  @Text() readonly title: string;
  @WholeNumber(1) readonly quantity: number;
  @Minor() readonly totalMinor: number;
}

export class OrderPlaced {
  @Id() readonly orderId: string;
  @Id() readonly checkoutId: string;
  @Text() readonly number: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Text() readonly email: string;
  @Currency() readonly currency: string;
  @Minor() readonly totalMinor: number;
  @Minor() readonly walletMinor: number;
  @Minor() readonly cardMinor: number;
  @ListOf(() => PlacedLine) readonly lines: PlacedLine[];
  @Instant() readonly placedAt: string;
}

/** Said once, when an order is accepted and its price is frozen; goods and money are being reserved. */
export const orderPlaced = defineEvent({
  type: 'orders.order.placed',
  version: 1,
  data: OrderPlaced,
  description: 'Said once, when an order is accepted and its price is frozen; goods and money are being reserved.',
  example: {
    orderId: exampleId(3),
    checkoutId: exampleId(4),
    number: 'F-2026-000042',
    merchantId: exampleId(1),
    memberId: exampleId(2),
    email: 'ada@demo.test',
    currency: 'EUR',
    totalMinor: 2_610,
    walletMinor: 1_000,
    cardMinor: 1_610,
    lines: [
      {
        lineId: exampleId(6),
        variantId: exampleId(7),
        sku: 'BEAN-250',
        title: 'House beans, 250 g',
        quantity: 2,
        totalMinor: 2_610,
      },
    ],
    placedAt: '2026-11-21T10:00:00.000Z',
  },
});
