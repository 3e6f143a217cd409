import { defineEvent, exampleId } from '../define';
import { Code, Id, Text } from '../fields';

export class PaymentRefused {
  @Id() readonly checkoutId: string;
  @Id() readonly orderId: string;
  @Code() readonly code: string;
  @Text() readonly reason: string;
}

/** Said when a checkout cannot be paid; nothing is held. */
export const paymentRefused = defineEvent({
  type: 'wallet.payment.refused',
  version: 1,
  data: PaymentRefused,
  description: 'Said when a checkout cannot be paid; nothing is held.',
  example: {
    checkoutId: exampleId(4),
    orderId: exampleId(3),
    code: 'card_declined',
    reason: 'The card was declined',
  },
});
