import type { Tx } from '@florin/database';
import { newId, Refusal } from '@florin/kernel';
import type { AccountInput } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { storeCreditAccount, walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { Limits } from '../limits/limits';
import { OpenStoreCredit } from '../store-credit/open-store-credit';
import { BookGiftCards } from './book-gift-cards';
import type { GiftCardDto } from './gift-card.dto';
import type { GiftCard } from './gift-card';
import { ShowGiftCards } from './show-gift-cards';
import { TellGiftCards } from './tell-gift-cards';

/** Moves what is left of a locked card to its member; the card stays, empty. */
@Injectable()
export class MoveGiftCards {
  constructor(
    private readonly openWallets: OpenWallets,
    private readonly limits: Limits,
    private readonly openStoreCredit: OpenStoreCredit,
    private readonly bookGiftCards: BookGiftCards,
    private readonly tellGiftCards: TellGiftCards,
    private readonly showGiftCards: ShowGiftCards,
  ) {}

  /** Refuses with 409 `in_use` and 422 `gift_card_empty`, and what the limits refuse. */
  async within(tx: Tx, card: GiftCard, memberId: string, into: 'wallet' | 'store_credit'): Promise<GiftCardDto> {
    const { available_minor: amountMinor, held_minor: heldMinor } = await this.showGiftCards.one(tx, card);
    if (heldMinor > 0) throw new Refusal('conflict', 'in_use', 'A checkout holds some of it: wait until it ends.');
    if (amountMinor === 0) throw new Refusal('unprocessable', 'gift_card_empty', 'There is nothing left on this card.');
    const { merchantId, currency } = card;
    const owner = { merchantId, memberId, currency };
    const moveId = newId();
    await this.openWallets.within(tx, [owner]);
    await this.limits.require(tx, { ...owner, key: `redeemed:${moveId}`, operation: 'topup', amountMinor });
    const to: AccountInput = { code: walletAccount(owner), asset: currency };
    if (into === 'store_credit') {
      const credit = {
        ...owner,
        id: newId(),
        amountMinor,
        source: 'gift_card' as const,
        sourceId: moveId,
        expiresAt: card.expiresAt,
        reason: `Gift card ${card.last4}`,
        grantedBy: memberId,
      };
      await this.openStoreCredit.within(tx, [credit]);
      to.code = storeCreditAccount(credit);
    }
    const { journalKey } = await this.bookGiftCards.redeem(tx, card, to, moveId);
    await this.tellGiftCards.within(tx, 'redeemed', memberId, into, [{ card, amountMinor, journalKey }]);
    return this.showGiftCards.one(tx, card);
  }
}
