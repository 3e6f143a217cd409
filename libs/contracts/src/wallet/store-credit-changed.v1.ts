import { defineEvent, exampleId } from '../define';
import { Code, Currency, Id, Minor, OneOf } from '../fields';

export const storeCreditChanges = ['granted', 'withdrawn', 'expired', 'revived'] as const;
export type StoreCreditChange = (typeof storeCreditChanges)[number];

export class StoreCreditChanged {
  @Id() readonly storeCreditId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @OneOf(storeCreditChanges) readonly change: StoreCreditChange;
  /** Where it came from: `grant`, `refund`, `gift_card`. */
  @Code() readonly source: string;
  @Minor() readonly amountMinor: number;
  @Currency() readonly currency: string;
}

/** Said when store credit is granted to a member, withdrawn, expired or revived by a refund. */
export const storeCreditChanged = defineEvent({
  type: 'wallet.store_credit.changed',
  version: 1,
  data: StoreCreditChanged,
  description: 'Said when store credit is granted to a member, withdrawn, expired or revived by a refund.',
  example: {
    storeCreditId: exampleId(22),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    change: 'granted',
    source: 'grant',
    amountMinor: 1_500,
    currency: 'EUR',
  },
});
