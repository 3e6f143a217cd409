import { Jobs } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { type Round, SettleCashback, stages } from './settle-cashback';

/** Leads cashback from pending to paid once its hold period is over. */
@Injectable()
export class PayCashback {
  constructor(
    private readonly jobs: Jobs,
    private readonly settleCashback: SettleCashback,
  ) {}

  @Cron(CronExpression.EVERY_MINUTE, { name: 'pay-cashback', waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run('pay-cashback', async (run) => {
      for (const stage of stages) {
        let seen: Round['last'];
        do {
          const { moved, last } = await this.settleCashback.round(stage, seen);
          await run.add(moved);
          seen = last;
        } while (seen);
      }
    });
  }
}
