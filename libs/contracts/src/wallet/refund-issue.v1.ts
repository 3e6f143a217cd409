import { defineCommand, exampleId } from '../define';
import { Currency, Flag, Id, Minor, Optional, Text } from '../fields';

export class RefundIssue {
  @Id() readonly refundId: string;
  @Id() readonly orderId: string;
  @Id() readonly checkoutId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Currency() readonly currency: string;
  @Minor() readonly walletMinor: number;
  @Minor() readonly cardMinor: number;
  @Text() readonly reason: string;
  /** The member takes store credit instead of the wallet money; what a card paid still goes back to the card. */
  @Optional() @Flag() readonly toStoreCredit?: boolean;
}

/** Said when a refund is decided: the money goes back to the tenders it came from, once per refund. */
export const refundIssue = defineCommand({
  type: 'wallet.refund.issue',
  version: 1,
  data: RefundIssue,
  description: 'Said when a refund is decided: the money goes back to the tenders it came from, once per refund.',
  example: {
    refundId: exampleId(5),
    orderId: exampleId(3),
    checkoutId: exampleId(4),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    currency: 'EUR',
    walletMinor: 1_000,
    cardMinor: 1_610,
    reason: 'Arrived damaged',
    toStoreCredit: false,
  },
});
