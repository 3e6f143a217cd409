import { defineEvent, exampleId } from '../define';
import { Code, Id, Instant, Text } from '../fields';

export class OrderCancelled {
  @Id() readonly orderId: string;
  @Id() readonly checkoutId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Text() readonly email: string;
  @Text() readonly number: string;
  @Code() readonly reasonCode: string;
  @Text() readonly reason: string;
  @Instant() readonly cancelledAt: string;
}

/** Said once, when an order ends without a sale; whatever was reserved is being released. */
export const orderCancelled = defineEvent({
  type: 'orders.order.cancelled',
  version: 1,
  data: OrderCancelled,
  description: 'Said once, when an order ends without a sale; whatever was reserved is being released.',
  example: {
    orderId: exampleId(3),
    checkoutId: exampleId(4),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    email: 'ada@demo.test',
    number: 'F-2026-000042',
    reasonCode: 'card_declined',
    reason: 'The card was declined',
    cancelledAt: '2026-11-21T10:00:00.000Z',
  },
});
