import { defineCommand, exampleId } from '../define';
import { Currency, Id, Instant, Minor, Optional, Text } from '../fields';

export class PaymentReserve {
  @Id() readonly checkoutId: string;
  @Id() readonly orderId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Currency() readonly currency: string;
  @Minor() readonly walletMinor: number;
  @Minor() readonly cardMinor: number;
  @Optional() @Text() readonly cardToken?: string;
  @Instant() readonly expiresAt: string;
}

/** Said when a checkout starts. Wallet holds the wallet money and authorises the card, or refuses both. */
export const paymentReserve = defineCommand({
  type: 'wallet.payment.reserve',
  version: 1,
  data: PaymentReserve,
  description: 'Said when a checkout starts. Wallet holds the wallet money and authorises the card, or refuses both.',
  example: {
    checkoutId: exampleId(4),
    orderId: exampleId(3),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    currency: 'EUR',
    walletMinor: 1_000,
    cardMinor: 1_610,
    cardToken: 'tok_visa',
    expiresAt: '2026-11-21T10:15:00.000Z',
  },
});
