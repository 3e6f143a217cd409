import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import type { GiftCard } from './gift-card';
import { GiftCardsRepository } from './gift-cards.repository';
import { TellGiftCards } from './tell-gift-cards';

/** Hands gift cards to a checkout that takes money off them, or puts it back. */
@Injectable()
export class LockGiftCards {
  constructor(
    private readonly cards: GiftCardsRepository,
    private readonly tellGiftCards: TellGiftCards,
  ) {}

  within(tx: Tx, ids: readonly string[]): Promise<GiftCard[]> {
    return this.cards.lock(tx, ids);
  }

  /** The cards that these members can spend here and now. */
  spendable(
    tx: Tx,
    owners: readonly { memberId: string; merchantId: string; currency: string }[],
    now: Date,
  ): Promise<GiftCard[]> {
    return this.cards.lockSpendable(tx, owners, now);
  }

  /** Money comes back onto a card that is locked: it is good at least until then, also when its time was over. */
  async keepGood(tx: Tx, card: GiftCard, amountMinor: number, until: Date): Promise<void> {
    await this.cards.keepGood(tx, [card.id], until);
    if (card.state === 'expired')
      await this.tellGiftCards.within(tx, 'revived', 'refund', null, [{ card, amountMinor }]);
    card.state = 'active';
  }
}
