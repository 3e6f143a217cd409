import { defineEvent, exampleId } from '../define';
import { Code, Id, ListOf, OneOf, Optional, WholeNumber } from '../fields';

export const fraudFlaggedOutcomes = ['review', 'deny'] as const;
export type FraudFlaggedOutcome = (typeof fraudFlaggedOutcomes)[number];

export class FraudReason {
  @Code() readonly code: string;
}

export class FraudFlagged {
  @Id() readonly decisionId: string;
  @Id() readonly paymentId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Optional() @Id() readonly orderId?: string;
  @OneOf(fraudFlaggedOutcomes) readonly outcome: FraudFlaggedOutcome;
  @WholeNumber() readonly score: number;
  @ListOf(() => FraudReason) readonly reasons: FraudReason[];
}

/** Said when the fraud check stops a payment: it waits for a reviewer, or it is refused. */
export const fraudFlagged = defineEvent({
  type: 'wallet.fraud.flagged',
  version: 1,
  data: FraudFlagged,
  description: 'Said when the fraud check stops a payment: it waits for a reviewer, or it is refused.',
  example: {
    decisionId: exampleId(21),
    paymentId: exampleId(22),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    orderId: exampleId(3),
    outcome: 'review',
    score: 72,
    reasons: [{ code: 'many_cards_of_member' }],
  },
});
