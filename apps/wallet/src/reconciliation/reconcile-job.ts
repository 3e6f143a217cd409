import { type JobRun, Jobs, Reads } from '@florin/database';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { AccountsRepository } from './accounts.repository';
import { differences, differencesMinor } from './metrics';
import { Reconcile } from './reconcile';

const job = 'reconcile';

interface OpenDifferences {
  currency: string;
  kind: string;
  count: number;
  minor: number;
}

/** Tries the rules again on what is open, of every account: payments come after their lines too, and rules change. */
@Injectable()
export class ReconcileJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly reads: Reads,
    private readonly accounts: AccountsRepository,
    private readonly reconcile: Reconcile,
  ) {}

  onModuleInit(): void {
    this.jobs.register(job, 'Tries the rules again on lines of statements that nothing explains.', (run) =>
      this.all(run),
    );
  }

  @Cron(CronExpression.EVERY_5_MINUTES, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.all(run));
  }

  private async all(run: JobRun): Promise<void> {
    for (const accountId of await this.accounts.waiting(this.reads)) {
      if (run.signal.aborted) return;
      const { matched, raised } = await this.reconcile.execute(accountId, run.signal);
      if (matched + raised > 0) await run.add(matched + raised);
    }
    await this.measure();
  }

  /** What is open, by currency and kind: a gauge that somebody who is paged can open the queue with. */
  private async measure(): Promise<void> {
    const rows = await this.reads.query<OpenDifferences>(
      `SELECT currency, kind, count(*)::integer AS count, sum(abs(amount_minor))::bigint AS minor FROM reconciliation_exceptions
       WHERE state <> 'resolved' GROUP BY currency, kind`,
    );
    differences.reset();
    differencesMinor.reset();
    for (const { currency, kind, count, minor } of rows) {
      differences.set({ currency, kind }, count);
      differencesMinor.set({ currency, kind }, minor);
    }
  }
}
