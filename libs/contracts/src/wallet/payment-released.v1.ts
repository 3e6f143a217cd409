import { defineEvent, exampleId } from '../define';
import { Id, Text } from '../fields';

export class PaymentReleased {
  @Id() readonly checkoutId: string;
  @Id() readonly orderId: string;
  @Text() readonly reason: string;
}

/** Said once, when the hold and the authorisation of a checkout are let go. */
export const paymentReleased = defineEvent({
  type: 'wallet.payment.released',
  version: 1,
  data: PaymentReleased,
  description: 'Said once, when the hold and the authorisation of a checkout are let go.',
  example: {
    checkoutId: exampleId(4),
    orderId: exampleId(3),
    reason: 'The goods are sold out',
  },
});
