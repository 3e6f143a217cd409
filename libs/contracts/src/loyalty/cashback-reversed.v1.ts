import { defineEvent, exampleId } from '../define';
import { Currency, Id, Minor } from '../fields';

export class CashbackReversed {
  @Id() readonly cashbackId: string;
  @Id() readonly refundId: string;
  @Id() readonly orderId: string;
  @Id() readonly memberId: string;
  @Id() readonly merchantId: string;
  @Minor() readonly amountMinor: number;
  @Currency() readonly currency: string;
}

/** Said once per refund, for the part of the cashback that its lines had earned. */
export const cashbackReversed = defineEvent({
  type: 'loyalty.cashback.reversed',
  version: 1,
  data: CashbackReversed,
  description: 'Said once per refund, for the part of the cashback that its lines had earned.',
  example: {
    cashbackId: exampleId(12),
    refundId: exampleId(5),
    orderId: exampleId(3),
    memberId: exampleId(2),
    merchantId: exampleId(1),
    amountMinor: 1_610,
    currency: 'EUR',
  },
});
