import { defineEvent, exampleId } from '../define';
import { Currency, Id, Minor } from '../fields';

export class TopupCompleted {
  @Id() readonly topupId: string;
  @Id() readonly memberId: string;
  @Id() readonly merchantId: string;
  @Minor() readonly amountMinor: number;
  @Currency() readonly currency: string;
}

/** Said once, when money has been added to a wallet. */
export const topupCompleted = defineEvent({
  type: 'wallet.topup.completed',
  version: 1,
  data: TopupCompleted,
  description: 'Said once, when money has been added to a wallet.',
  example: {
    topupId: exampleId(11),
    memberId: exampleId(2),
    merchantId: exampleId(1),
    amountMinor: 1_610,
    currency: 'EUR',
  },
});
