import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { FindSettings } from '../settings/find-settings';
import { FindGiftCard } from './find-gift-card';
import type { GiftCardDto, RedeemGiftCardDto } from './gift-card.dto';
import { MoveGiftCards } from './move-gift-cards';

/** Moves what is left of a gift card into the caller's wallet or store credit, where the merchant allows it. */
@Injectable()
export class RedeemGiftCard {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly findGiftCard: FindGiftCard,
    private readonly settings: FindSettings,
    private readonly moveGiftCards: MoveGiftCards,
  ) {}

  /** Refuses with 422 `not_redeemable` what the merchant does not allow, and as FindGiftCard and the limits do. */
  async execute(caller: Caller, request: IdempotentRequest, input: RedeemGiftCardDto): Promise<Answered<GiftCardDto>> {
    const { id } = await this.findGiftCard.byCode(caller, input.code);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const allowed = (await this.settings.of(tx, caller.merchantId)).gift_cards.redeem_into;
        if (!allowed.includes(input.into))
          throw Refusal.field('unprocessable', 'into', 'not_redeemable', 'This merchant does not allow that.');
        const card = await this.findGiftCard.lockUsable(tx, caller, id);
        return ok(await this.moveGiftCards.within(tx, card, caller.subject, input.into));
      }),
    );
  }
}
