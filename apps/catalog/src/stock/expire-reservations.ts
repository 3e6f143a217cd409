import { Jobs } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { ReleaseStock } from './release-stock';

/** Gives stock back that a checkout held past its time limit. */
@Injectable()
export class ExpireReservations {
  constructor(
    private readonly jobs: Jobs,
    private readonly releaseStock: ReleaseStock,
  ) {}

  @Cron(CronExpression.EVERY_10_SECONDS, { name: 'expire-reservations', waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run('expire-reservations', async (run) => {
      for (let released = await this.releaseStock.expire(); released > 0; released = await this.releaseStock.expire()) {
        await run.add(released);
      }
    });
  }
}
