import type { Reads, Tx } from '@florin/database';
import { present } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { giftCardAccount } from '../accounts/money-accounts';
import type { GiftCardDto } from './gift-card.dto';
import type { GiftCard } from './gift-card';

/** Gift cards with what is on them, which the ledger knows. */
@Injectable()
export class ShowGiftCards {
  constructor(private readonly ledger: Ledger) {}

  async one(source: Tx | Reads, card: GiftCard): Promise<GiftCardDto> {
    const [shown] = await this.all(source, [card]);
    return present(shown, 'every card is shown');
  }

  async all(source: Tx | Reads, cards: readonly GiftCard[]): Promise<GiftCardDto[]> {
    const balances = new Map(
      (await this.ledger.balances(source, cards.map(giftCardAccount))).map((balance) => [balance.code, balance]),
    );
    return cards.map((card) => ({
      id: card.id,
      batch_id: card.batchId,
      last4: card.last4,
      currency: card.currency,
      amount_minor: card.amountMinor,
      available_minor: balances.get(giftCardAccount(card))?.available ?? 0,
      held_minor: balances.get(giftCardAccount(card))?.held ?? 0,
      state: card.state,
      expires_at: card.expiresAt,
      recipient_id: card.recipientId,
      owner_id: card.ownerId,
      claimed_at: card.claimedAt,
      created_at: card.createdAt,
    }));
  }
}
