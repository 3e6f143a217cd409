import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, Minor } from '../fields';

export class CashbackAccrued {
  @Id() readonly cashbackId: string;
  @Id() readonly orderId: string;
  @Id() readonly memberId: string;
  @Id() readonly merchantId: string;
  @Minor() readonly amountMinor: number;
  @Currency() readonly currency: string;
  @Instant() readonly payableAt: string;
}

/** Said once per order that earns cashback. Wallet shows it as pending and pays it out when it is due. */
export const cashbackAccrued = defineEvent({
  type: 'loyalty.cashback.accrued',
  version: 1,
  data: CashbackAccrued,
  description: 'Said once per order that earns cashback. Wallet shows it as pending and pays it out when it is due.',
  example: {
    cashbackId: exampleId(12),
    orderId: exampleId(3),
    memberId: exampleId(2),
    merchantId: exampleId(1),
    amountMinor: 1_610,
    currency: 'EUR',
    payableAt: '2026-12-21T10:00:00.000Z',
  },
});
