import type { Caller } from '@florin/access';
import { fraudReviewed } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { type Clock, present, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { RequestPayments } from '../payments/request-payments';
import type { DecideReviewDto, ReviewDto } from './fraud.dto';
import { reviewsTotal } from './fraud-metrics';
import { reviewNotFound } from './review-queries';
import { type EndedReview, ReviewsRepository } from './reviews.repository';

/** Ends reviews: the payment goes on or is refused, in the same transaction. The payment is locked first, so one decider wins. */
@Injectable()
export class ReviewPayments {
  constructor(
    private readonly reviews: ReviewsRepository,
    private readonly requestPayments: RequestPayments,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Ends those that are still open and whose payment still waits; gives their payment ids. */
  async end(tx: Tx, reviews: readonly EndedReview[]): Promise<Set<string>> {
    const waiting = await this.requestPayments.decide(
      tx,
      new Map(reviews.map(({ paymentId, goesOn }) => [paymentId, goesOn ? 'authorise' : 'refuse'])),
    );
    const ending = reviews.filter(({ paymentId }) => waiting.has(paymentId));
    const ended = await this.reviews.end(tx, ending, this.clock.now());
    const told = ending.filter(({ paymentId }) => ended.has(paymentId));
    await this.outbox.addAll(
      tx,
      fraudReviewed,
      told.map(({ id, paymentId, merchantId, state, goesOn }) => ({
        subject: paymentId,
        data: { reviewId: id, paymentId, merchantId, state, outcome: goesOn ? 'allow' : 'deny' },
      })),
    );
    tx.afterCommit(() => told.forEach(({ state }) => reviewsTotal.inc({ state })));
    return ended;
  }
}

/** A person decides about a payment that waits. */
@Injectable()
export class DecideReview {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly reviews: ReviewsRepository,
    private readonly reviewPayments: ReviewPayments,
  ) {}

  /** Refuses with 404, and with 409 `review_closed` when somebody else, the time limit or the buyer was faster. */
  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    id: string,
    { decision, reason }: DecideReviewDto,
  ): Promise<Answered<ReviewDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const review = await this.reviews.one(tx, merchantId, id);
        if (!review) throw reviewNotFound();
        const goesOn = decision === 'approve';
        const ended = await this.reviewPayments.end(tx, [
          {
            id,
            paymentId: review.payment_id,
            merchantId,
            onExpiry: 'deny',
            state: goesOn ? 'approved' : 'denied',
            goesOn,
            decidedBy: subject,
            reason,
          },
        ]);
        if (ended.size === 0) throw new Refusal('conflict', 'review_closed', 'This review has ended already.');
        return ok(present(await this.reviews.one(tx, merchantId, id), 'a review just decided is there'));
      }),
    );
  }
}
