import { type JobRun, Jobs } from '@florin/database';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { ReleaseStock } from './release-stock';

const job = 'expire-reservations';

/** Gives stock back that a checkout held past its time limit. */
@Injectable()
export class ExpireReservations implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: Jobs,
    private readonly releaseStock: ReleaseStock,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register(job, 'Gives back stock that is held past its time limit.', (run) => this.expire(run));
  }

  @Cron(CronExpression.EVERY_10_SECONDS, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.expire(run));
  }

  private async expire(run: JobRun): Promise<void> {
    for (let released = await this.releaseStock.expire(); released > 0; released = await this.releaseStock.expire())
      await run.add(released);
  }
}
