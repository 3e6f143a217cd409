import type { Caller } from '@florin/access';
import { Reads } from '@florin/database';
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
    private readonly reads: Reads,
  ) {}

  async execute(caller: Caller, code: string): Promise<GiftCardDto> {
    return this.showGiftCards.one(this.reads, await this.findGiftCard.byCode(caller, code));
  }
}
