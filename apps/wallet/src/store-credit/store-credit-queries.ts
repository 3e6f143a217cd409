import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { storeCreditAccount } from '../accounts/money-accounts';
import type { StoreCreditDto } from './store-credit.dto';
import { type StoreCredit, StoreCreditsRepository } from './store-credits.repository';

/** Store credit as its owner and staff see it. */
@Injectable()
export class StoreCreditQueries {
  constructor(
    private readonly reads: Reads,
    private readonly credits: StoreCreditsRepository,
    private readonly ledger: Ledger,
  ) {}

  /** For staff. Refuses with 404 a member without a wallet at the merchant. */
  async ofMember(merchantId: string, memberId: string, query: PageQuery): Promise<Page<StoreCreditDto>> {
    if (!(await this.credits.hasWallet(this.reads, merchantId, memberId)))
      throw new Refusal('not_found', 'wallet_not_found', 'There is no such wallet at this merchant.');
    return this.list(merchantId, memberId, query);
  }

  /** Newest first; none for somebody who never had any. */
  async list(merchantId: string, memberId: string, query: PageQuery): Promise<Page<StoreCreditDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.credits.list(this.reads, merchantId, memberId, after?.id, query.limit + 1);
    const balances = new Map(
      (await this.ledger.balances(this.reads, rows.map(storeCreditAccount))).map((balance) => [balance.code, balance]),
    );
    const shown = rows.map((row) => shownCredit(row, balances.get(storeCreditAccount(row))));
    return page(shown, query.limit, ({ id }) => ({ id }));
  }
}

export function shownCredit(
  credit: StoreCredit,
  balance: { available: number; held: number } | undefined,
): StoreCreditDto {
  return {
    id: credit.id,
    member_id: credit.memberId,
    currency: credit.currency,
    amount_minor: credit.amountMinor,
    available_minor: balance?.available ?? 0,
    held_minor: balance?.held ?? 0,
    source: credit.source,
    state: credit.state,
    expires_at: credit.expiresAt,
    reason: credit.reason,
    created_at: credit.createdAt,
  };
}
