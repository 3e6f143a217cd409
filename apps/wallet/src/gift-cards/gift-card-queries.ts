import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { giftCardAccount } from '../accounts/money-accounts';
import type { GiftCardDto, GiftCardEntryDto } from './gift-card.dto';
import { type GiftCardChoice, GiftCardsRepository } from './gift-cards.repository';
import { ShowGiftCards } from './show-gift-cards';

export const giftCardNotFound = (): Refusal =>
  new Refusal('not_found', 'gift_card_not_found', 'There is no such gift card.');

/** Gift cards of a merchant, or of one member there. Codes are never shown. */
@Injectable()
export class GiftCardQueries {
  constructor(
    private readonly reads: Reads,
    private readonly cards: GiftCardsRepository,
    private readonly showGiftCards: ShowGiftCards,
    private readonly ledger: Ledger,
  ) {}

  /** Newest first. */
  async list(merchantId: string, choice: GiftCardChoice, query: PageQuery): Promise<Page<GiftCardDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.cards.list(this.reads, merchantId, choice, after?.id, query.limit + 1);
    return page(await this.showGiftCards.all(this.reads, rows), query.limit, ({ id }) => ({ id }));
  }

  /** Of anybody's card, or only of one that this member owns. */
  async one(merchantId: string, onlyOf: string | undefined, id: string): Promise<GiftCardDto> {
    const card = await this.cards.one(this.reads, merchantId, id);
    if (!card || (onlyOf !== undefined && card.ownerId !== onlyOf)) throw giftCardNotFound();
    return this.showGiftCards.one(this.reads, card);
  }

  /** What happened on a card, newest first, each with the balance after it. */
  async entries(
    merchantId: string,
    onlyOf: string | undefined,
    id: string,
    query: PageQuery,
  ): Promise<Page<GiftCardEntryDto>> {
    const after = decodeCursor(query.cursor, { seq: 'number', at: 'time' });
    const { currency } = await this.one(merchantId, onlyOf, id);
    const lines = await this.ledger.statement(this.reads, giftCardAccount({ id, merchantId, currency }), {
      after: after && { seq: after.seq, insertedAt: new Date(after.at) },
      limit: query.limit + 1,
    });
    const { data, ...more } = page(lines, query.limit, ({ seq, insertedAt }) => ({ seq, at: insertedAt }));
    const entries = data.map((line) => ({
      id: `${line.journalId}:${line.seq}`,
      amount_minor: line.amountMinor,
      balance_after_minor: line.balanceMinor,
      kind: line.kind,
      reference: line.reference,
      posted_at: line.insertedAt,
    }));
    return { data: entries, ...more };
  }
}
