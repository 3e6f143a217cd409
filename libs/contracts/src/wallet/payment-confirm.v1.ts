import { defineCommand, exampleId } from '../define';
import { Id } from '../fields';

export class PaymentConfirm {
  @Id() readonly checkoutId: string;
}

/** Said when the checkout is to be completed: the hold and the authorisation are captured. */
export const paymentConfirm = defineCommand({
  type: 'wallet.payment.confirm',
  version: 1,
  data: PaymentConfirm,
  description: 'Said when the checkout is to be completed: the hold and the authorisation are captured.',
  example: {
    checkoutId: exampleId(4),
  },
});
