import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { TransferDto, TransfersQuery } from './transfer.dto';
import { TransfersRepository } from './transfers.repository';

@Injectable()
export class TransferQueries {
  constructor(
    private readonly reads: Reads,
    private readonly transfers: TransfersRepository,
  ) {}

  /** A transfer that the member gave or got; without a member any of the merchant. */
  async one(merchantId: string, id: string, memberId?: string): Promise<TransferDto> {
    const transfer = await this.transfers.one(this.reads, merchantId, id, memberId);
    if (!transfer) throw new Refusal('not_found', 'transfer_not_found', 'There is no such transfer.');
    return transfer;
  }

  async list(merchantId: string, memberId: string, query: TransfersQuery): Promise<Page<TransferDto>> {
    const before = decodeCursor(query.cursor, { at: 'time', id: 'id' });
    const rows = await this.transfers.list(
      this.reads,
      { merchantId, memberId, currency: query.currency },
      before,
      query.limit + 1,
    );
    const found = page(rows, query.limit, ({ moved_at, id }) => ({ at: moved_at, id }));
    return { ...found, data: found.data.map(({ moved_at: _, ...transfer }) => transfer) };
  }
}
