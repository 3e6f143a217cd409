import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { FindGiftCard } from './find-gift-card';
import type { GiftCardDto } from './gift-card.dto';
import { ShowGiftCards } from './show-gift-cards';
import { GiftCardsRepository } from './gift-cards.repository';
import { TellGiftCards } from './tell-gift-cards';

/** Puts a gift card among what the caller pays with: from then on nobody else can use its code. */
@Injectable()
export class ClaimGiftCard {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly findGiftCard: FindGiftCard,
    private readonly cards: GiftCardsRepository,
    private readonly tellGiftCards: TellGiftCards,
    private readonly showGiftCards: ShowGiftCards,
  ) {}

  /** Of two who claim at once one gets it. Refuses as FindGiftCard does. */
  async execute(caller: Caller, request: IdempotentRequest, code: string): Promise<Answered<GiftCardDto>> {
    const { id } = await this.findGiftCard.byCode(caller, code);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const card = await this.findGiftCard.lockUsable(tx, caller, id);
        if (card.ownerId === null) {
          card.ownerId = caller.subject;
          card.claimedAt = await this.cards.claim(tx, id, caller.subject);
          await this.tellGiftCards.within(tx, 'claimed', caller.subject, null, [{ card, amountMinor: 0 }]);
        }
        return ok(await this.showGiftCards.one(tx, card));
      }),
    );
  }
}
