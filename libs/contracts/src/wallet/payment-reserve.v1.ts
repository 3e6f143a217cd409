import { defineCommand, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, Minor, Optional, Text } from '../fields';
import { GiftCardPart } from './wallet-part';

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
  /** Which gift cards pay how much of `walletMinor`; the wallet chooses when they are left out. */
  @Optional() @ListOf(() => GiftCardPart) readonly giftCards?: GiftCardPart[];
  /** Pays `walletMinor` with money of another currency, by a quote that the member got for exactly this. */
  @Optional() @Id() readonly exchangeQuoteId?: string;
  /** Where the shopper's request came from, sealed: keyed hashes of the address and the browser, the network, the country. */
  @Optional() @Text(64) readonly addressKey?: string;
  @Optional() @Text(50) readonly addressPrefix?: string;
  @Optional() @Text(64) readonly deviceKey?: string;
  @Optional() @Text(2) readonly country?: string;
  /** What the processor says of the card behind the token, where the shop knows it. */
  @Optional() @Text(100) readonly cardFingerprint?: string;
  @Optional() @Text(2) readonly cardCountry?: string;
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
    giftCards: [{ giftCardId: exampleId(15), amountMinor: 400 }],
    exchangeQuoteId: exampleId(16),
    addressKey: '5f0c9d2e7a1b4c3d8e6f5a4b3c2d1e0f',
    addressPrefix: '203.0.113.0/24',
    deviceKey: '0f1e2d3c4b5a6f7e8d9c0b1a2f3e4d5c',
    country: 'NL',
    cardFingerprint: 'Xt5EWLLDS7FJjR1c',
    cardCountry: 'NL',
  },
});
