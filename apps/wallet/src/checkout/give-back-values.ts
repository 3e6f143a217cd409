import type { Tx } from '@florin/database';
import { type Clock, dayMs, derivedId } from '@florin/kernel';
import type { PostingInput } from '@florin/ledger';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { giftCardAccount, storeCreditAccount } from '../accounts/money-accounts';
import { LockGiftCards } from '../gift-cards/lock-gift-cards';
import { FindSettings } from '../settings/find-settings';
import { OpenStoreCredit } from '../store-credit/open-store-credit';
import { ReviveStoreCredit } from '../store-credit/revive-store-credit';
import type { PartRefund } from './checkout-parts.repository';
import type { WalletRefund } from './give-back-parts';
import type { PartSource } from './split-wallet-part';

/** One amount that goes back to a gift card or to store credit; its posting is added to the refund's. */
export interface GivenValue {
  refund: WalletRefund;
  amountMinor: number;
  postings: PostingInput[];
  /** What it was paid with; nothing for plain wallet money. */
  part: PartRefund | undefined;
}

/**
 * Puts money back onto the gift cards and grants it came from, and keeps them good for a while. What was paid with a card that
 * is cancelled, and wallet money that the member takes as credit, becomes store credit.
 */
@Injectable()
export class GiveBackValues {
  constructor(
    private readonly lockGiftCards: LockGiftCards,
    private readonly openStoreCredit: OpenStoreCredit,
    private readonly reviveStoreCredit: ReviveStoreCredit,
    private readonly settings: FindSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async within(tx: Tx, values: readonly GivenValue[]): Promise<void> {
    if (values.length === 0) return;
    const idsOf = (source: PartSource) =>
      values.flatMap(({ part }) => (part?.part.source === source ? (part.part.sourceId ?? []) : []));
    const settingsOf = await this.settings.ofAll(
      tx,
      values.map(({ refund }) => refund.merchantId),
    );
    const goodUntil = (merchantId: string) =>
      new Date(this.clock.now().getTime() + settingsOf(merchantId).gift_cards.refund_grace_days * dayMs);
    const cards = new Map((await this.lockGiftCards.within(tx, idsOf('gift_card'))).map((card) => [card.id, card]));
    await this.reviveStoreCredit.within(tx, idsOf('store_credit'), goodUntil);
    for (const value of values) {
      const { refund, amountMinor, postings, part } = value;
      const { source, sourceId } = part?.part ?? { source: 'wallet', sourceId: null };
      const card = source === 'gift_card' ? cards.get(sourceId ?? '') : undefined;
      if (card && card.state !== 'cancelled') {
        await this.lockGiftCards.keepGood(tx, card, amountMinor, goodUntil(card.merchantId));
        postings.push({ account: giftCardAccount(card), amountMinor });
      } else if (source === 'store_credit' && sourceId !== null) {
        postings.push({ account: storeCreditAccount({ ...refund, id: sourceId }), amountMinor });
      } else {
        if (part) part.elsewhereMinor = amountMinor;
        postings.push({ account: await this.newCredit(tx, refund, sourceId, amountMinor), amountMinor });
      }
    }
  }

  private async newCredit(tx: Tx, refund: WalletRefund, sourceId: string | null, amountMinor: number): Promise<string> {
    const { merchantId, memberId, currency } = refund;
    const credit = {
      // One per refund and source: a refund that was booked is not booked again.
      id: derivedId(refund.id, `store-credit:${sourceId ?? 'wallet'}`),
      merchantId,
      memberId,
      currency,
      amountMinor,
      source: 'refund' as const,
      sourceId: derivedId(refund.id, sourceId ?? 'wallet'),
      expiresAt: null,
      reason: 'Refund',
      grantedBy: 'refund',
    };
    await this.openStoreCredit.within(tx, [credit]);
    return storeCreditAccount(credit);
  }
}
