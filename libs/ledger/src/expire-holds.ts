import { Jobs, type JobRun, Transactions } from '@florin/database';
import { present } from '@florin/kernel';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Ledger } from './ledger';

const job = 'ledger.expire-holds';
/** Holds given back in one transaction: bounds how long their accounts are locked. */
const sweepSize = 500;

/** Gives back holds whose time is up, twice a minute. They could not be captured from that moment on; this frees the money. */
@Injectable()
export class ExpireHolds implements OnApplicationBootstrap {
  private readonly logger = new Logger(ExpireHolds.name);

  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly ledger: Ledger,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register(job, 'Gives back holds whose time is up.', (run) => this.sweep(run));
  }

  @Cron('15,45 * * * * *', { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    try {
      await this.jobs.run(job, (run) => this.sweep(run));
    } catch (error) {
      this.logger.error(`timed-out holds could not be given back; the next half minute tries again: ${String(error)}`);
    }
  }

  private async sweep(run: JobRun): Promise<void> {
    while (!run.signal.aborted) {
      const expired = await this.transactions.run(async (tx) => {
        const [row] = await tx.query<{ now: Date }>('SELECT now()');
        return this.ledger.expireHolds(tx, present(row, 'the database knows the time').now, sweepSize);
      });
      if (expired.length > 0) await run.add(expired.length);
      if (expired.length < sweepSize) return;
    }
  }
}
