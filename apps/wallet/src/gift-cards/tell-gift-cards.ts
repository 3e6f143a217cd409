import { type GiftCardChange, giftCardChanged } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { StoredValueSteps } from '../stored-value/stored-value-steps';
import { giftCardsByChange } from './gift-card-metrics';
import type { GiftCard } from './gift-card';

export interface ChangedCard {
  card: GiftCard;
  amountMinor: number;
  journalKey?: string | null;
}

/** Writes down what happened to gift cards, and says it. */
@Injectable()
export class TellGiftCards {
  constructor(
    private readonly steps: StoredValueSteps,
    private readonly outbox: Outbox,
  ) {}

  async within(
    tx: Tx,
    change: GiftCardChange,
    doneBy: string,
    reason: string | null,
    cards: readonly ChangedCard[],
  ): Promise<void> {
    if (cards.length === 0) return;
    giftCardsByChange.inc({ change }, cards.length);
    await this.steps.add(
      tx,
      change,
      doneBy,
      reason,
      cards.map(({ card, amountMinor, journalKey }) => ({ id: card.id, amountMinor, journalKey })),
    );
    await this.outbox.addAll(
      tx,
      giftCardChanged,
      cards.map(({ card: { id, merchantId, ownerId, recipientId, currency }, amountMinor }) => ({
        subject: id,
        data: { giftCardId: id, merchantId, ...memberOf(ownerId ?? recipientId), change, amountMinor, currency },
      })),
    );
  }
}

const memberOf = (memberId: string | null): { memberId?: string } => (memberId === null ? {} : { memberId });
