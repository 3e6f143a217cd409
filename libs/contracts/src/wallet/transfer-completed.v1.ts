import { defineEvent, exampleId } from '../define';
import { Currency, Id, WholeNumber } from '../fields';

export class TransferCompleted {
  @Id() readonly transferId: string;
  @Id() readonly merchantId: string;
  @Id() readonly fromMemberId: string;
  @Id() readonly toMemberId: string;
  @Currency() readonly currency: string;
  @WholeNumber(1) readonly amountMinor: number;
}

/** Said once, when a member has given money to another. */
export const transferCompleted = defineEvent({
  type: 'wallet.transfer.completed',
  version: 1,
  data: TransferCompleted,
  description: 'Said once, when a member has given money to another.',
  example: {
    transferId: exampleId(31),
    merchantId: exampleId(1),
    fromMemberId: exampleId(2),
    toMemberId: exampleId(3),
    currency: 'EUR',
    amountMinor: 1_250,
  },
});
