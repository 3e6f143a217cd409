import { defineEvent, exampleId } from '../define';
import { Currency, Id, ListOf, Optional } from '../fields';
import { Tender } from './tender';
import { WalletPart } from './wallet-part';

export class RefundCompleted {
  @Id() readonly refundId: string;
  @Id() readonly orderId: string;
  @Id() readonly checkoutId: string;
  @Id() readonly merchantId: string;
  @Currency() readonly currency: string;
  @ListOf(() => Tender) readonly tenders: Tender[];
  /** What the wallet's tender is made of, where that is more than plain wallet money. */
  @Optional() @ListOf(() => WalletPart) readonly parts?: WalletPart[];
}

/** Said once, when all the money of a refund is back with the tenders it came from. */
export const refundCompleted = defineEvent({
  type: 'wallet.refund.completed',
  version: 1,
  data: RefundCompleted,
  description: 'Said once, when all the money of a refund is back with the tenders it came from.',
  example: {
    refundId: exampleId(5),
    orderId: exampleId(3),
    checkoutId: exampleId(4),
    merchantId: exampleId(1),
    currency: 'EUR',
    tenders: [
      { tender: 'wallet', paymentId: exampleId(13), amountMinor: 1_000 },
      { tender: 'card', paymentId: exampleId(14), amountMinor: 1_610 },
    ],
    parts: [
      { source: 'gift_card', sourceId: exampleId(15), amountMinor: 400 },
      { source: 'wallet', amountMinor: 600 },
    ],
  },
});
