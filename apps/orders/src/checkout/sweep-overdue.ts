import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Jobs, Transactions } from '@florin/database';
import { secondMs } from '@florin/kernel';
import { AdvanceCheckouts } from './advance-checkouts';
import { CheckoutTimes } from './checkout-times';
import { CheckoutsRepository } from './checkouts.repository';

export const sweepJob = 'orders.sweep_overdue_checkouts';
/** Checkouts per transaction: short enough that the answers that still come are not held up. */
const batch = 200;

/** Gives up checkouts whose stock or payment did not answer in time, and lets go of what was kept for them. */
@Injectable()
export class SweepOverdue implements OnApplicationBootstrap {
  private looking = false;

  constructor(
    private readonly transactions: Transactions,
    private readonly jobs: Jobs,
    private readonly checkouts: CheckoutsRepository,
    private readonly advanceCheckouts: AdvanceCheckouts,
    private readonly times: CheckoutTimes,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register(sweepJob, 'Cancels checkouts past their deadline.', () => this.execute());
  }

  /** Looks every second, and starts a run of the job only when there is something to do. */
  @Interval(sweepJob, secondMs)
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      if (await this.transactions.run((tx) => this.checkouts.anyOverdue(tx, this.times.now()))) {
        await this.jobs.run(sweepJob, () => this.execute());
      }
    } finally {
      this.looking = false;
    }
  }

  /** Cancels everything that is overdue now; gives how many. Safe beside anybody: rows in use are left for the next run. */
  async execute(): Promise<{ cancelled: number }> {
    for (let cancelled = 0; ;) {
      const swept = await this.transactions.run(async (tx) => {
        const ids = await this.checkouts.lockOverdue(tx, this.times.now(), batch);
        const overdue = {
          fact: { fact: 'overdue' as const },
          actor: 'deadline',
          reasonCode: 'deadline_passed',
          reason: 'It took too long.',
        };
        if (ids.length > 0)
          await this.advanceCheckouts.execute(
            tx,
            ids.map((checkoutId) => ({ checkoutId, ...overdue })),
          );
        return ids.length;
      });
      cancelled += swept;
      if (swept < batch) return { cancelled };
    }
  }
}
