import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { type AccountInput, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { expiredValueAccount, giftCardAccount, giftCardsIssuedAccount } from '../accounts/money-accounts';
import { DrainValues, type Drained } from '../stored-value/drain-values';
import type { GiftCard } from './gift-card';
import { GiftCardsRepository } from './gift-cards.repository';
import { TellGiftCards } from './tell-gift-cards';

/** Brings gift cards into the books and takes what is left of them out again. */
@Injectable()
export class BookGiftCards {
  constructor(
    private readonly cards: GiftCardsRepository,
    private readonly ledger: Ledger,
    private readonly drainValues: DrainValues,
    private readonly tellGiftCards: TellGiftCards,
  ) {}

  async issue(
    tx: Tx,
    batch: { id: string; reason: string; issuedBy: string },
    cards: readonly [GiftCard, ...GiftCard[]],
  ): Promise<void> {
    await this.cards.insert(tx, batch, cards);
    await this.ledger.open(tx, [
      ...cards.map((card) => ({ code: giftCardAccount(card), asset: card.currency })),
      issuedAccountOf(cards[0]),
    ]);
    const posted = await this.ledger.post(
      tx,
      cards.map((card) => ({
        key: `gift-card:${card.id}`,
        kind: 'gift_card_issued',
        reference: `gift-card:${card.id}`,
        postings: [
          { account: issuedAccountOf(card).code, amountMinor: -card.amountMinor },
          { account: giftCardAccount(card), amountMinor: card.amountMinor },
        ],
      })),
    );
    for (const answer of posted) assert(answer.ok, 'a new card can always be booked');
    await this.tellGiftCards.within(
      tx,
      'issued',
      batch.issuedBy,
      batch.reason,
      cards.map((card) => ({ card, amountMinor: card.amountMinor, journalKey: `gift-card:${card.id}` })),
    );
  }

  /** Takes what is left of locked cards back, as if it had not been issued. */
  cancel(tx: Tx, cards: readonly GiftCard[]): Promise<Drained[]> {
    return this.drain(tx, cards, 'gift_card_cancelled', 'once', issuedAccountOf);
  }

  /** What is left of locked cards is the merchant's now (breakage). */
  expire(tx: Tx, cards: readonly GiftCard[]): Promise<Drained[]> {
    // A card that a refund revived expires once more, at another time.
    return this.drain(tx, cards, 'gift_card_expired', undefined, ({ merchantId, currency }) => ({
      code: expiredValueAccount(merchantId, currency),
      asset: currency,
    }));
  }

  /** Moves what is left of a locked card into another account. */
  async redeem(tx: Tx, card: GiftCard, to: AccountInput, stamp: string): Promise<Drained> {
    const [drained] = await this.drain(tx, [card], 'gift_card_redeemed', stamp, () => to);
    return drained ?? { drainedMinor: 0, heldMinor: 0, journalKey: null };
  }

  private drain(
    tx: Tx,
    cards: readonly GiftCard[],
    kind: string,
    stamp: string | undefined,
    to: (card: GiftCard) => AccountInput,
  ): Promise<Drained[]> {
    return this.drainValues.within(
      tx,
      cards.map((card) => ({
        key: `${kind}:${card.id}:${stamp ?? card.expiresAt.getTime()}`,
        kind,
        from: giftCardAccount(card),
        to: to(card),
      })),
    );
  }
}

function issuedAccountOf({ merchantId, currency }: GiftCard): AccountInput {
  return { code: giftCardsIssuedAccount(merchantId, currency), asset: currency, allowNegative: true };
}
