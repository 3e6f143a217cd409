import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { ProductDto, ProductsQuery } from './product.dto';
import { ProductsRepository } from './products.repository';
import { productNotFound } from './save-product';

/** Products as shoppers browse them: only what is sold. */
@Injectable()
export class ProductQueries {
  constructor(
    private readonly reads: Reads,
    private readonly products: ProductsRepository,
  ) {}

  async one(id: string): Promise<ProductDto> {
    const product = await this.products.one(this.reads, id);
    if (!product?.active) throw productNotFound();
    return product;
  }

  async list(query: ProductsQuery): Promise<Page<ProductDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.products.browse(this.reads, {
      merchantId: query.merchant_id,
      categoryId: query.category_id,
      afterId: after?.id,
      limit: query.limit + 1,
    });
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}
