import { Jobs, Reads } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { AccountsRepository } from './accounts.repository';
import { differences, differencesMinor } from './metrics';
import { Reconcile } from './reconcile';

interface OpenDifferences {
  currency: string;
  kind: string;
  count: number;
  minor: number;
}

/** Tries the rules again on what is open, of every account: payments come after their lines too, and rules change. */
@Injectable()
export class ReconcileJob {
  constructor(
    private readonly jobs: Jobs,
    private readonly reads: Reads,
    private readonly accounts: AccountsRepository,
    private readonly reconcile: Reconcile,
  ) {}

  @Cron(CronExpression.EVERY_5_MINUTES, { name: 'reconcile', waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run('reconcile', async (run) => {
      for (const accountId of await this.accounts.waiting(this.reads)) {
        if (run.signal.aborted) return;
        const { matched, raised } = await this.reconcile.execute(accountId, run.signal);
        if (matched + raised > 0) await run.add(matched + raised);
      }
    });
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
