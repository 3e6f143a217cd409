import { Jobs } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { ReleasePayment } from './release-payment';

/** Gives back money that a checkout held long past its time limit. */
@Injectable()
export class ExpireCheckouts {
  constructor(
    private readonly jobs: Jobs,
    private readonly releasePayment: ReleasePayment,
  ) {}

  @Cron(CronExpression.EVERY_30_SECONDS, { name: 'expire-checkouts', waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run('expire-checkouts', async (run) => {
      for (
        let released = await this.releasePayment.expire();
        released > 0;
        released = await this.releasePayment.expire()
      )
        await run.add(released);
    });
  }
}
