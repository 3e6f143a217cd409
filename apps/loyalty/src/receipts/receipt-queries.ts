import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { ReceiptDto } from './receipt.dto';

const columns =
  'id, kind, member_id, program_id, program_version, order_id, refund_id, points, balance_after, reason, steps, issued_at';

/** Receipts, newest first. */
@Injectable()
export class ReceiptQueries {
  constructor(private readonly reads: Reads) {}

  async ofMember(merchantId: string, memberId: string, query: PageQuery): Promise<Page<ReceiptDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<ReceiptDto>(
      `SELECT ${columns} FROM loyalty_receipts
       WHERE member_id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [memberId, merchantId, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, id: string, onlyOf: string | undefined): Promise<ReceiptDto> {
    const [receipt] = await this.reads.query<ReceiptDto>(
      `SELECT ${columns} FROM loyalty_receipts WHERE id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR member_id = $3::uuid)`,
      [id, merchantId, onlyOf ?? null],
    );
    if (!receipt) throw new Refusal('not_found', 'receipt_not_found', 'There is no such receipt.');
    return receipt;
  }
}
