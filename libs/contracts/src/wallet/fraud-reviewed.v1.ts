import { defineEvent, exampleId } from '../define';
import { Id, OneOf } from '../fields';

export const fraudReviewedStates = ['approved', 'denied', 'expired'] as const;
export type FraudReviewedState = (typeof fraudReviewedStates)[number];

export class FraudReviewed {
  @Id() readonly reviewId: string;
  @Id() readonly paymentId: string;
  @Id() readonly merchantId: string;
  @OneOf(fraudReviewedStates) readonly state: FraudReviewedState;
  /** Whether the payment goes on. */
  @OneOf(['allow', 'deny']) readonly outcome: 'allow' | 'deny';
}

/** Said once, when the review of a payment has ended: by a person, or because nobody came in time. */
export const fraudReviewed = defineEvent({
  type: 'wallet.fraud.reviewed',
  version: 1,
  data: FraudReviewed,
  description: 'Said once, when the review of a payment has ended: by a person, or because nobody came in time.',
  example: {
    reviewId: exampleId(23),
    paymentId: exampleId(22),
    merchantId: exampleId(1),
    state: 'approved',
    outcome: 'allow',
  },
});
