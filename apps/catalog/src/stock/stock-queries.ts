import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { StockLevelDto, StockMovementDto } from './stock.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** What the screens ask about stock. */
@Injectable()
export class StockQueries {
  constructor(private readonly reads: Reads) {}

  /** The four numbers of one variant; a variant that never had stock has zeros. 404 for one of another merchant. */
  async level(source: Queries, merchantId: string, variantId: string): Promise<StockLevelDto> {
    const [level] = await source.query<StockLevelDto>(
      `SELECT variant.id AS variant_id, coalesce(received, 0) AS received, coalesce(available, 0) AS available,
              coalesce(reserved, 0) AS reserved, coalesce(sold, 0) AS sold
       FROM product_variants AS variant LEFT JOIN inventory_items AS item ON item.variant_id = variant.id
       WHERE variant.id = $1 AND variant.merchant_id = $2`,
      [variantId, merchantId],
    );
    if (!level) throw new Refusal('not_found', 'variant_not_found', 'There is no such variant.');
    return level;
  }

  read(merchantId: string, variantId: string): Promise<StockLevelDto> {
    return this.level(this.reads, merchantId, variantId);
  }

  /** Every change of one variant's stock, newest first. 404 for one of another merchant. */
  async movements(merchantId: string, variantId: string, query: PageQuery): Promise<Page<StockMovementDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    await this.read(merchantId, variantId);
    const rows = await this.reads.query<StockMovementDto>(
      `SELECT movement.id, movement.kind, movement.received, movement.available, movement.reserved, movement.sold, movement.reference, movement.moved_at
       FROM inventory_movements AS movement
       WHERE movement.variant_id = $1 AND ($2::uuid IS NULL OR movement.id < $2::uuid)
       ORDER BY movement.id DESC LIMIT $3`,
      [variantId, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}
