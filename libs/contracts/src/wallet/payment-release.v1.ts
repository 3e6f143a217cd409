import { defineCommand, exampleId } from '../define';
import { Id, Text } from '../fields';

export class PaymentRelease {
  @Id() readonly checkoutId: string;
  @Text() readonly reason: string;
}

/** Said when the checkout ends without a sale: the hold and the authorisation are let go. */
export const paymentRelease = defineCommand({
  type: 'wallet.payment.release',
  version: 1,
  data: PaymentRelease,
  description: 'Said when the checkout ends without a sale: the hold and the authorisation are let go.',
  example: {
    checkoutId: exampleId(4),
    reason: 'The goods are sold out',
  },
});
