import { Jobs } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { KeepCashback } from './keep-cashback';

/** Pays cashback into wallets once its hold period is over. */
@Injectable()
export class PayCashback {
  constructor(
    private readonly jobs: Jobs,
    private readonly keepCashback: KeepCashback,
  ) {}

  @Cron(CronExpression.EVERY_MINUTE, { name: 'pay-cashback', waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run('pay-cashback', async (run) => {
      for (let paid = await this.keepCashback.payDue(); paid > 0; paid = await this.keepCashback.payDue())
        await run.add(paid);
    });
  }
}
