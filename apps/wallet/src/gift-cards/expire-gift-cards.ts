import { Jobs, Transactions } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { BookGiftCards } from './book-gift-cards';
import { GiftCardsRepository } from './gift-cards.repository';
import { TellGiftCards } from './tell-gift-cards';

/** Cards per round of the job: bounds the transaction, not the work. */
const sweepLimit = 200;

/** Ends gift cards whose time is over; what is left is the merchant's. A card that a checkout holds is passed over until it ends. */
@Injectable()
export class ExpireGiftCards {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly cards: GiftCardsRepository,
    private readonly bookGiftCards: BookGiftCards,
    private readonly tellGiftCards: TellGiftCards,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Cron(CronExpression.EVERY_10_MINUTES, { name: 'expire-gift-cards', waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run('expire-gift-cards', async (run) => {
      let seen: { expiresAt: Date; id: string } | undefined;
      do {
        const round = await this.round(seen);
        await run.add(round.expired);
        seen = round.last;
      } while (seen);
    });
  }

  /** Looks at one set of cards; `last` is where the next one goes on, if there may be more. */
  private round(
    after: { expiresAt: Date; id: string } | undefined,
  ): Promise<{ expired: number; last: { expiresAt: Date; id: string } | undefined }> {
    return this.transactions.run(async (tx) => {
      const due = await this.cards.lockExpiring(tx, this.clock.now(), after, sweepLimit);
      const drained = await this.bookGiftCards.expire(tx, due);
      const expired = due.flatMap((card, index) => {
        const { drainedMinor: amountMinor = 0, heldMinor = 0, journalKey } = drained[index] ?? {};
        return heldMinor > 0 ? [] : [{ card: { ...card, state: 'expired' as const }, amountMinor, journalKey }];
      });
      await this.cards.setState(
        tx,
        expired.map(({ card }) => card.id),
        'expired',
      );
      await this.tellGiftCards.within(tx, 'expired', 'expire-gift-cards', null, expired);
      return { expired: expired.length, last: due.length === sweepLimit ? due.at(-1) : undefined };
    });
  }
}
