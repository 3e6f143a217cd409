import { defineEvent, exampleId } from '../define';
import { Id, Minor } from '../fields';

export class PaymentReserved {
  @Id() readonly checkoutId: string;
  @Id() readonly orderId: string;
  @Minor() readonly walletMinor: number;
  @Minor() readonly cardMinor: number;
}

/** Said when wallet money is held and the card is authorised for a checkout. */
export const paymentReserved = defineEvent({
  type: 'wallet.payment.reserved',
  version: 1,
  data: PaymentReserved,
  description: 'Said when wallet money is held and the card is authorised for a checkout.',
  example: {
    checkoutId: exampleId(4),
    orderId: exampleId(3),
    walletMinor: 1_000,
    cardMinor: 1_610,
  },
});
