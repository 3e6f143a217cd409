import { defineEvent, exampleId } from '../define';
import { Id, Instant, Text } from '../fields';

export class WalletUnfrozen {
  @Id() readonly freezeId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Text() readonly reason: string;
  @Instant() readonly unfrozenAt: string;
}

/** Said when staff lift the freeze of a wallet: its money moves again. */
export const walletUnfrozen = defineEvent({
  type: 'wallet.account.unfrozen',
  version: 1,
  data: WalletUnfrozen,
  description: 'Said when staff lift the freeze of a wallet: its money moves again.',
  example: {
    freezeId: exampleId(20),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    reason: 'The member got the account back',
    unfrozenAt: '2026-11-22T10:00:00.000Z',
  },
});
