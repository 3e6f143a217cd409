import { defineEvent, exampleId } from '../define';
import { Id, Instant, OneOf, Text } from '../fields';

export class WalletFrozen {
  @Id() readonly freezeId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @OneOf(['debits', 'all']) readonly scope: 'debits' | 'all';
  @Text() readonly reason: string;
  @Instant() readonly frozenAt: string;
}

/** Said when staff freeze what a member has at a merchant: nothing leaves it any more, or nothing enters it either. */
export const walletFrozen = defineEvent({
  type: 'wallet.account.frozen',
  version: 1,
  data: WalletFrozen,
  description:
    'Said when staff freeze what a member has at a merchant: nothing leaves it any more, or nothing enters it either.',
  example: {
    freezeId: exampleId(20),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    scope: 'debits',
    reason: 'Reported as stolen',
    frozenAt: '2026-11-21T10:00:00.000Z',
  },
});
