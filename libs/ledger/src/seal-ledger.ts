import { Jobs, type JobRun, Transactions } from '@florin/database';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { sealChain } from './chain';

const job = 'ledger.seal';
const linkSize = 2_000;

/** Seals new journals into the hash chain twice a minute: from then on nobody changes them unseen. */
@Injectable()
export class SealLedger implements OnApplicationBootstrap {
  private readonly logger = new Logger(SealLedger.name);

  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register(job, 'Seals new journals into the hash chain.', (run) => this.seal(run));
  }

  @Cron('*/30 * * * * *', { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    try {
      await this.jobs.run(job, (run) => this.seal(run));
    } catch (error) {
      this.logger.error(`journals could not be sealed; the next half minute tries again: ${String(error)}`);
    }
  }

  private async seal(run: JobRun): Promise<void> {
    while (!run.signal.aborted) {
      const link = await this.transactions.run((tx) => sealChain(tx, linkSize));
      if (!link) return;
      await run.add(link.journals);
    }
  }
}
