import { type JobRun, Jobs } from '@florin/database';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { GatherPayouts } from './gather-payouts';
import { SubmitPayouts } from './submit-payouts';

const name = 'gather-payouts';

/** Gathers what is approved into batches when their time has come. */
@Injectable()
export class GatherDuePayouts implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly gatherPayouts: GatherPayouts,
    private readonly submitPayouts: SubmitPayouts,
  ) {}

  onModuleInit(): void {
    this.jobs.register(name, 'Gathers approved withdrawals into batches for the payout provider', (run) =>
      this.gather(run),
    );
  }

  @Cron(CronExpression.EVERY_MINUTE, { name, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(name, (run) => this.gather(run));
  }

  private async gather(run: JobRun): Promise<void> {
    for (let made = await this.gatherPayouts.due(); made > 0; made = await this.gatherPayouts.due()) {
      await run.add(made);
      this.submitPayouts.work.wake();
    }
  }
}
