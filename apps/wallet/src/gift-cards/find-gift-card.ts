import type { Caller } from '@florin/access';
import type { Tx } from '@florin/database';
import { type Clock, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { TryCodes, unknownCode } from '../codes/try-codes';
import type { GiftCard } from './gift-card';
import { GiftCardsRepository } from './gift-cards.repository';

/** Finds the card of a code that a caller typed. A card that belongs to somebody else exists for staff alone. */
@Injectable()
export class FindGiftCard {
  constructor(
    private readonly tryCodes: TryCodes,
    private readonly cards: GiftCardsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses with 404 `code_unknown` and 429 `codes_locked`; gives expired and cancelled cards too: who has the code may know. */
  byCode(caller: Caller, code: string): Promise<GiftCard> {
    return this.tryCodes.find(caller, code, async (tx, hash) => {
      const card = await this.cards.byCode(tx, caller.merchantId, hash);
      return card && (caller.can('wallet.gift_card:read') || isFor(card, caller.subject)) ? card : undefined;
    });
  }

  /** Locks a card to use it. Refuses with 404 when somebody else has claimed it meanwhile, with 422 when it is not active. */
  async lockUsable(tx: Tx, caller: Caller, id: string): Promise<GiftCard> {
    const [card] = await this.cards.lock(tx, [id]);
    if (!card || !isFor(card, caller.subject)) throw unknownCode();
    if (card.state !== 'active')
      throw Refusal.field('unprocessable', 'code', `gift_card_${card.state}`, `This gift card is ${card.state}.`);
    if (card.expiresAt <= this.clock.now())
      throw Refusal.field('unprocessable', 'code', 'gift_card_expired', 'This gift card is expired.');
    return card;
  }
}

const isFor = ({ ownerId, recipientId }: GiftCard, memberId: string): boolean =>
  (ownerId ?? recipientId ?? memberId) === memberId;
