import { type JobRun, Jobs, Transactions } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { PaymentsRepository } from './payments.repository';
import { RequestPayments } from './request-payments';

/** Payments per round: bounds the transaction, not the work. */
const sweepLimit = 200;
const job = 'expire-payments';

/** Gives back to cards what was put aside and not taken in time. They end as `expired`, and are listed as such. */
@Injectable()
export class ExpirePayments implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly payments: PaymentsRepository,
    private readonly requestPayments: RequestPayments,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.register(job, 'Gives back what was put aside on cards and not taken in time.', (run) => this.all(run));
  }

  @Cron(CronExpression.EVERY_MINUTE, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.all(run));
  }

  private async all(run: JobRun): Promise<void> {
    for (let expired = await this.expire(); expired > 0; expired = await this.expire()) await run.add(expired);
  }

  private expire(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const due = await this.payments.lockExpired(tx, this.clock.now(), sweepLimit);
      await this.requestPayments.want(
        tx,
        due.map(({ id }) => id),
        'expired',
      );
      await this.payments.insertSteps(
        tx,
        due.map(({ id, state, capturedMinor }) => ({
          paymentId: id,
          fromState: state,
          toState: state,
          learnedFrom: 'job' as const,
          detail: 'not taken in time',
          actor: job,
          before: capturedMinor,
          after: capturedMinor,
        })),
      );
      return due.length;
    });
  }
}
