import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, Minor, Text, WholeNumber } from '../fields';

export class RefundedLine {
  @Id() readonly lineId: string;
  @Id() readonly variantId: string;
  @WholeNumber(1) readonly quantity: number;
  @Minor() readonly totalMinor: number;
  @Minor() readonly taxMinor: number;
}

export class OrderRefunded {
  @Id() readonly refundId: string;
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
  @ListOf(() => RefundedLine) readonly lines: RefundedLine[];
  @Instant() readonly refundedAt: string;
}

/** Said once per refund, when its money is back. Loyalty takes back what the lines had earned. */
export const orderRefunded = defineEvent({
  type: 'orders.order.refunded',
  version: 1,
  data: OrderRefunded,
  description: 'Said once per refund, when its money is back. Loyalty takes back what the lines had earned.',
  example: {
    refundId: exampleId(5),
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
        quantity: 2,
        totalMinor: 2_610,
        taxMinor: 453,
      },
    ],
    refundedAt: '2026-11-21T10:00:00.000Z',
  },
});
