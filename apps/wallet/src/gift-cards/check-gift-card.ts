import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { FindGiftCard } from './find-gift-card';
import type { GiftCardDto } from './gift-card.dto';
import { ShowGiftCards } from './show-gift-cards';

/** What is on the card of a code; also of one that is over, for whoever has the code may know. */
@Injectable()
export class CheckGiftCard {
  constructor(
    private readonly findGiftCard: FindGiftCard,
    private readonly showGiftCards: ShowGiftCards,
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
  ) {}

  async execute(caller: Caller, request: IdempotentRequest, code: string): Promise<Answered<GiftCardDto>> {
    const card = await this.findGiftCard.byCode(caller, code);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => ok(await this.showGiftCards.one(tx, card))),
    );
  }
}
