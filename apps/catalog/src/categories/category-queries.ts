import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { BrowseQuery } from '../products/product.dto';
import type { CategoryDto } from './category.dto';

/** The categories of one merchant, as shoppers browse them. */
@Injectable()
export class CategoryQueries {
  constructor(private readonly reads: Reads) {}

  async list(query: BrowseQuery): Promise<Page<CategoryDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<CategoryDto>(
      `SELECT id, merchant_id, parent_id, name, slug, created_at FROM categories
       WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3`,
      [query.merchant_id, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}
