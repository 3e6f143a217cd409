import { Jobs, Reads, Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { DecisionsRepository } from './decisions.repository';
import { ReplayDecisions } from './replay-decisions';
import { ReplaysRepository } from './replays.repository';

/** Decisions of a merchant that are taken again each time; what came before them was, or will not be. */
const perMerchant = 500;
const job = 'replay-fraud-decisions';

/** Takes decisions again with what they were taken with, and writes down whether they come out the same: the prover reads it. */
@Injectable()
export class ReplaySample implements OnModuleInit {
  private readonly logger = new Logger(ReplaySample.name);

  constructor(
    private readonly jobs: Jobs,
    private readonly reads: Reads,
    private readonly transactions: Transactions,
    private readonly decisions: DecisionsRepository,
    private readonly replays: ReplaysRepository,
    private readonly replayDecisions: ReplayDecisions,
  ) {}

  onModuleInit(): void {
    this.jobs.register(job, 'Takes fraud decisions again and compares.', (run) => this.all((count) => run.add(count)));
  }

  @Cron(CronExpression.EVERY_HOUR, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.all((count) => run.add(count)));
  }

  private async all(add: (count: number) => Promise<void>): Promise<void> {
    for (const { merchantId, lastId } of await this.replays.open(this.reads)) {
      const newest = await this.decisions.newest(this.reads, merchantId, lastId, perMerchant);
      const last = newest[0];
      if (!last) continue;
      const differing = await this.replayDecisions.differing(merchantId, newest);
      const done = { id: newId(), merchantId, lastDecisionId: last.id, examined: newest.length, differing };
      await this.transactions.run((tx) => this.replays.insert(tx, done));
      if (differing.length > 0) this.logger.error({ merchantId, differing }, 'fraud decisions come out otherwise');
      await add(newest.length);
    }
  }
}
