import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, Optional } from '../fields';
import { Tender } from './tender';
import { WalletPart } from './wallet-part';

export class PaymentCaptured {
  @Id() readonly checkoutId: string;
  @Id() readonly orderId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Currency() readonly currency: string;
  @ListOf(() => Tender) readonly tenders: Tender[];
  /** What the wallet's tender is made of, where that is more than plain wallet money. */
  @Optional() @ListOf(() => WalletPart) readonly parts?: WalletPart[];
  @Instant() readonly capturedAt: string;
}

/** Said once, when all the money of a checkout has been taken, tender by tender. */
export const paymentCaptured = defineEvent({
  type: 'wallet.payment.captured',
  version: 1,
  data: PaymentCaptured,
  description: 'Said once, when all the money of a checkout has been taken, tender by tender.',
  example: {
    checkoutId: exampleId(4),
    orderId: exampleId(3),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    currency: 'EUR',
    tenders: [
      { tender: 'wallet', paymentId: exampleId(13), amountMinor: 1_000 },
      { tender: 'card', paymentId: exampleId(14), amountMinor: 1_610 },
    ],
    parts: [
      { source: 'gift_card', sourceId: exampleId(15), amountMinor: 400 },
      { source: 'wallet', amountMinor: 600 },
    ],
    capturedAt: '2026-11-21T10:00:00.000Z',
  },
});
