import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { BookGiftCards } from './book-gift-cards';
import type { GiftCardDto } from './gift-card.dto';
import { giftCardNotFound } from './gift-card-queries';
import { GiftCardsRepository } from './gift-cards.repository';
import { ShowGiftCards } from './show-gift-cards';
import { TellGiftCards } from './tell-gift-cards';

/** Ends a gift card; what is left on it was never issued. */
@Injectable()
export class CancelGiftCard {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly cards: GiftCardsRepository,
    private readonly bookGiftCards: BookGiftCards,
    private readonly tellGiftCards: TellGiftCards,
    private readonly showGiftCards: ShowGiftCards,
  ) {}

  /** Refuses with 404 what is not the merchant's, with 409 what is over (`not_active`) or held by a checkout (`in_use`). */
  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string,
  ): Promise<Answered<GiftCardDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [card] = await this.cards.lock(tx, [id]);
        if (card?.merchantId !== merchantId) throw giftCardNotFound();
        if (card.state !== 'active') throw new Refusal('conflict', 'not_active', `This gift card is ${card.state}.`);
        const [drained] = await this.bookGiftCards.cancel(tx, [card]);
        const { drainedMinor: amountMinor = 0, heldMinor = 0, journalKey } = drained ?? {};
        if (heldMinor > 0) throw new Refusal('conflict', 'in_use', 'A checkout holds some of it: wait until it ends.');
        card.state = 'cancelled';
        await this.cards.setState(tx, [id], 'cancelled');
        await this.tellGiftCards.within(tx, 'cancelled', subject, reason, [{ card, amountMinor, journalKey }]);
        return ok(await this.showGiftCards.one(tx, card));
      }),
    );
  }
}
