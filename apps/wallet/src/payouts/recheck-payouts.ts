import { type JobRun, Jobs, Transactions } from '@florin/database';
import { dayMs } from '@florin/kernel';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { PayoutsRepository } from './payouts.repository';
import { SubmitPayouts } from './submit-payouts';

const name = 'recheck-payouts';
/** A SEPA credit transfer may be returned within three banking days, and recalled within ten (EPC125-05, 4.4). */
const recheckedDays = 14;
const setSize = 500;

/** Asks once a day what became of payouts that ended lately: one that came back, or was paid after it had failed, may never be told of. */
@Injectable()
export class RecheckPayouts implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly payouts: PayoutsRepository,
    private readonly submitPayouts: SubmitPayouts,
  ) {}

  onModuleInit(): void {
    this.jobs.register(name, 'Asks the payout provider again about payouts that ended lately', (run) =>
      this.recheck(run),
    );
  }

  @Cron(CronExpression.EVERY_DAY_AT_4AM, { name, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(name, (run) => this.recheck(run));
  }

  private async recheck(run: JobRun): Promise<void> {
    const began = new Date();
    const since = new Date(began.getTime() - recheckedDays * dayMs);
    for (let asked = setSize; asked === setSize && !run.signal.aborted;) {
      asked = await this.transactions.run((tx) => this.payouts.askAgain(tx, since, began, setSize));
      if (asked > 0) await run.add(asked);
    }
    this.submitPayouts.work.wake();
  }
}
