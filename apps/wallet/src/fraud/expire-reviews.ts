import { Jobs, Transactions } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { ReviewPayments } from './review-payments';
import { ReviewsRepository } from './reviews.repository';

/** Reviews per round: bounds the transaction, not the work. */
const perRound = 200;
const job = 'expire-fraud-reviews';

/** Ends reviews that nobody came for in time, as the settings said when they were opened. */
@Injectable()
export class ExpireReviews implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly reviews: ReviewsRepository,
    private readonly reviewPayments: ReviewPayments,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.register(job, 'Ends reviews of payments that nobody came for in time.', (run) =>
      this.all((n) => run.add(n)),
    );
  }

  @Cron(CronExpression.EVERY_30_SECONDS, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.all((count) => run.add(count)));
  }

  private async all(add: (count: number) => Promise<void>): Promise<void> {
    for (let ended = await this.expire(); ended > 0; ended = await this.expire()) await add(ended);
  }

  /** Gives how many ended. */
  private expire(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const due = await this.reviews.due(tx, this.clock.now(), perRound);
      const ended = await this.reviewPayments.end(
        tx,
        due.map((review) => ({
          ...review,
          state: 'expired',
          goesOn: review.onExpiry === 'approve',
          decidedBy: null,
          reason: null,
        })),
      );
      return ended.size;
    });
  }
}
