import { Jobs, Transactions } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { EndStoreCredit } from './end-store-credit';
import { StoreCreditsRepository } from './store-credits.repository';

/** Grants per round of the job: bounds the transaction, not the work. */
const sweepLimit = 200;

/** Ends store credit whose time is over; what is left is the merchant's. What a checkout holds is passed over until it ends. */
@Injectable()
export class ExpireStoreCredit {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly credits: StoreCreditsRepository,
    private readonly endStoreCredit: EndStoreCredit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Cron(CronExpression.EVERY_10_MINUTES, { name: 'expire-store-credit', waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run('expire-store-credit', async (run) => {
      let seen: { expiresAt: Date; id: string } | undefined;
      do {
        const round = await this.round(seen);
        await run.add(round.expired);
        seen = round.last;
      } while (seen);
    });
  }

  private round(
    after: { expiresAt: Date; id: string } | undefined,
  ): Promise<{ expired: number; last: { expiresAt: Date; id: string } | undefined }> {
    return this.transactions.run(async (tx) => {
      const due = await this.credits.lockExpiring(tx, this.clock.now(), after, sweepLimit);
      const ended = await this.endStoreCredit.within(tx, due, {
        state: 'expired',
        by: 'expire-store-credit',
        reason: null,
      });
      const last = due.at(-1);
      return {
        expired: ended.size,
        last: due.length === sweepLimit && last?.expiresAt ? { id: last.id, expiresAt: last.expiresAt } : undefined,
      };
    });
  }
}
