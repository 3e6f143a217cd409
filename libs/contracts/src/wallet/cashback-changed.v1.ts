import { defineEvent, exampleId } from '../define';
import { Currency, Id, Minor, OneOf, Optional, Text } from '../fields';

export const cashbackChangedStates = ['pending', 'confirmed', 'payable', 'paid', 'declined', 'reversed'] as const;
export type CashbackChangedState = (typeof cashbackChangedStates)[number];

export class CashbackChanged {
  @Id() readonly cashbackId: string;
  @Id() readonly orderId: string;
  @Id() readonly memberId: string;
  @Id() readonly merchantId: string;
  @Minor() readonly amountMinor: number;
  @Currency() readonly currency: string;
  @OneOf(cashbackChangedStates) readonly state: CashbackChangedState;
  /** Why it was declined. */
  @Optional() @Text() readonly reason?: string;
}

/** Said at each step of a cashback: it waits, it may be paid out, it is in the wallet, or it is declined. */
export const cashbackChanged = defineEvent({
  type: 'wallet.cashback.changed',
  version: 1,
  data: CashbackChanged,
  description: 'Said at each step of a cashback: it waits, it may be paid out, it is in the wallet, or it is declined.',
  example: {
    cashbackId: exampleId(12),
    orderId: exampleId(3),
    memberId: exampleId(2),
    merchantId: exampleId(1),
    amountMinor: 1_610,
    currency: 'EUR',
    state: 'declined',
    reason: 'The goods came back',
  },
});
