import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { type Clock, dayMs, newId, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { codeHash, newCode, shownCode } from '../codes/codes';
import { FindSettings } from '../settings/find-settings';
import { BookGiftCards } from './book-gift-cards';
import type { GiftCardBatchDto, IssueGiftCardsDto } from './gift-card.dto';
import type { GiftCard } from './gift-card';

/**
 * Issues gift cards of one amount. The codes stand in the answer and nowhere else: a repeated answer has none, and whoever lost
 * the first one cancels the cards and issues others.
 */
@Injectable()
export class IssueGiftCards {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settings: FindSettings,
    private readonly bookGiftCards: BookGiftCards,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses an expiry that is past with 422 `expiry_past`. */
  async execute(
    caller: Caller,
    request: IdempotentRequest,
    input: IssueGiftCardsDto,
  ): Promise<Answered<GiftCardBatchDto>> {
    const codes = new Map<string, string>();
    const issued = await this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const now = this.clock.now();
        const { valid_days: validDays } = (await this.settings.of(tx, caller.merchantId)).gift_cards;
        const expiresAt = new Date(input.expires_at ?? now.getTime() + validDays * dayMs);
        if (expiresAt <= now)
          throw Refusal.field('unprocessable', 'expires_at', 'expiry_past', 'They would have expired already.');
        const batchId = newId();
        const first = newCard(caller, input, { batchId, expiresAt, now }, codes);
        const others = Array.from({ length: (input.count ?? 1) - 1 }, () =>
          newCard(caller, input, { batchId, expiresAt, now }, codes),
        );
        const cards: [GiftCard, ...GiftCard[]] = [first, ...others];
        await this.bookGiftCards.issue(tx, { id: batchId, reason: input.reason, issuedBy: caller.subject }, cards);
        return created({
          id: batchId,
          amount_minor: input.amount_minor,
          currency: input.currency,
          expires_at: expiresAt,
          cards: cards.map(({ id, last4 }) => ({ id, last4, code: null })),
        });
      }),
    );
    // What is on record for a repeat has no codes.
    const cards = issued.body.cards.map((card) => ({ ...card, code: codes.get(card.id) ?? null }));
    return new Answered(issued.status, { ...issued.body, cards }, issued.replayed);
  }
}

function newCard(
  { merchantId }: Caller,
  input: IssueGiftCardsDto,
  { batchId, expiresAt, now }: { batchId: string; expiresAt: Date; now: Date },
  codes: Map<string, string>,
): GiftCard {
  const [id, code] = [newId(), newCode()];
  codes.set(id, shownCode(code));
  return {
    id,
    merchantId,
    batchId,
    codeHash: codeHash(code),
    last4: code.slice(-4),
    currency: input.currency,
    amountMinor: input.amount_minor,
    state: 'active',
    expiresAt,
    recipientId: input.recipient_id?.toLowerCase() ?? null,
    ownerId: null,
    claimedAt: null,
    createdAt: now,
  };
}
