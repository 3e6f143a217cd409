import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { TransactionsQuery, WalletEntryDto } from './transaction.dto';
import { type PlacedEntry, TransactionsRepository } from './transactions.repository';

/** What happened in the wallets of a member at a merchant, newest first, each with the balance after it. */
@Injectable()
export class TransactionQueries {
  constructor(
    private readonly reads: Reads,
    private readonly transactions: TransactionsRepository,
  ) {}

  async list(merchantId: string, memberId: string, query: TransactionsQuery): Promise<Page<WalletEntryDto>> {
    const { currency, kind, order_id: orderId, from, to, limit } = query;
    const before = decodeCursor(query.cursor, { at: 'time', currency: 'text', seq: 'number' });
    const rows = await this.transactions.latest(
      this.reads,
      { merchantId, memberId, currency, kind, orderId, from, to },
      before,
      limit + 1,
    );
    const found = page(rows, limit, (row) => ({ at: row.posted_at, currency: row.currency, seq: row.seq }));
    return { ...found, data: found.data.map(withoutPlace) };
  }
}

export function withoutPlace({ seq: _, ...entry }: PlacedEntry): WalletEntryDto {
  return entry;
}
