import { Jobs, Transactions, type JobRun } from '@florin/database';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Idempotency } from './idempotency';

const job = 'http.idempotency';
/** A client that was cut off may still come back after two days. */
const keepHours = 48;
const perRound = 10_000;

/** Forgets the answers of old Idempotency-Keys every hour, in rounds, each its own transaction. */
@Injectable()
export class IdempotencyUpkeep implements OnApplicationBootstrap {
  private readonly logger = new Logger(IdempotencyUpkeep.name);

  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register(job, 'Forgets the answers of old Idempotency-Keys.', (run) => this.clean(run));
  }

  @Cron('41 * * * *', { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    try {
      await this.jobs.run(job, (run) => this.clean(run));
    } catch (error) {
      this.logger.error(`old answers could not be forgotten; the next hour tries again: ${String(error)}`);
    }
  }

  private async clean(run: JobRun): Promise<void> {
    for (let gone = perRound; gone === perRound && !run.signal.aborted;) {
      gone = await this.transactions.run((tx) => this.idempotency.clean(tx, keepHours, perRound));
      if (gone > 0) await run.add(gone);
    }
  }
}
