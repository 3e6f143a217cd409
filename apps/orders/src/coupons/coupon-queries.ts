import { Injectable } from '@nestjs/common';
import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { notFound } from '../input';
import { couponDto, type CouponDto } from './coupons.dto';
import { couponColumns, type CouponRow } from './coupons.repository';

@Injectable()
export class CouponQueries {
  constructor(private readonly reads: Reads) {}

  async one(merchantId: string, id: string): Promise<CouponDto> {
    const [row] = await this.reads.query<CouponRow>(
      `SELECT ${couponColumns} FROM coupon_codes WHERE merchant_id = $1 AND id = $2`,
      [merchantId, id],
    );
    if (!row) throw notFound();
    return couponDto(row);
  }

  /** Newest first. */
  async list(merchantId: string, query: PageQuery): Promise<Page<CouponDto>> {
    const after = decodeCursor(query.cursor, { at: 'time', id: 'id' });
    const rows = await this.reads.query<CouponRow>(
      `SELECT ${couponColumns} FROM coupon_codes
       WHERE merchant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
       ORDER BY created_at DESC, id DESC LIMIT $4`,
      [merchantId, after?.at ?? null, after?.id ?? null, query.limit + 1],
    );
    return page(rows.map(couponDto), query.limit, (row) => ({ at: row.created_at, id: row.id }));
  }
}
