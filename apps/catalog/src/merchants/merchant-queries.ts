import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { MerchantDto } from './merchant.dto';
import { merchantNotFound } from './save-merchant';

/** Merchants as screens and shoppers see them. */
@Injectable()
export class MerchantQueries {
  constructor(private readonly reads: Reads) {}

  async one(id: string): Promise<MerchantDto> {
    const [merchant] = await this.reads.query<MerchantDto>(
      'SELECT id, name, slug, currency, time_zone, version, created_at, updated_at FROM merchants WHERE id = $1',
      [id],
    );
    if (!merchant) throw merchantNotFound();
    return merchant;
  }

  async list(query: PageQuery): Promise<Page<MerchantDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<MerchantDto>(
      `SELECT id, name, slug, currency, time_zone, version, created_at, updated_at FROM merchants
       WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT $2`,
      [after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}
