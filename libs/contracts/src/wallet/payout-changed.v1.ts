import { defineEvent, exampleId } from '../define';
import { Currency, Id, Minor, OneOf, Optional, Text } from '../fields';

export const payoutChangedStates = [
  'requested',
  'approved',
  'submitted',
  'unknown',
  'paid',
  'failed',
  'returned',
  'cancelled',
  'rejected',
] as const;
export type PayoutChangedState = (typeof payoutChangedStates)[number];

export class PayoutChanged {
  @Id() readonly withdrawalId: string;
  @Id() readonly memberId: string;
  @Id() readonly merchantId: string;
  @Currency() readonly currency: string;
  @Minor() readonly amountMinor: number;
  @Minor() readonly feeMinor: number;
  @Minor() readonly payoutMinor: number;
  @OneOf(payoutChangedStates) readonly state: PayoutChangedState;
  @Optional() @Text(100) readonly reasonCode?: string;
}

/** Said at each step of a withdrawal: asked for, approved, sent, paid, or why not. */
export const payoutChanged = defineEvent({
  type: 'wallet.payout.changed',
  version: 1,
  data: PayoutChanged,
  description:
    'Said at each step of a withdrawal: asked for (its money is set aside), approved, submitted to the payout provider, unknown (no answer), paid, failed (its money is free again), returned (paid and come back), cancelled by the member or rejected by staff.',
  example: {
    withdrawalId: exampleId(14),
    memberId: exampleId(2),
    merchantId: exampleId(1),
    currency: 'EUR',
    amountMinor: 5_000,
    feeMinor: 100,
    payoutMinor: 4_900,
    state: 'failed',
    reasonCode: 'account_closed',
  },
});
