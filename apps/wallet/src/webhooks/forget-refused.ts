import { type JobRun, Jobs, Transactions } from '@florin/database';
import { type Clock, dayMs } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { WebhookLog } from './webhook-log';

const job = 'forget-refused-webhooks';
/** Long enough to look into an attack, short enough that one does not fill the database. */
const keptMs = 30 * dayMs;

/** Forgets webhooks that nobody had signed. */
@Injectable()
export class ForgetRefused implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly log: WebhookLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.register(job, 'Forgets webhooks that no processor had signed.', (run) => this.forget(run));
  }

  @Cron(CronExpression.EVERY_HOUR, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.forget(run));
  }

  private async forget(run: JobRun): Promise<void> {
    const before = new Date(this.clock.now().getTime() - keptMs);
    const gone = await this.transactions.run((tx) => this.log.forgetRefused(tx, before));
    if (gone > 0) await run.add(gone);
  }
}
