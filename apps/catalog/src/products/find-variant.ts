import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { ProductsRepository } from './products.repository';

/** Finds whose variant it is. */
@Injectable()
export class FindVariant {
  constructor(private readonly products: ProductsRepository) {}

  merchantOf(tx: Tx, variantId: string): Promise<string | undefined> {
    return this.products.merchantOfVariant(tx, variantId);
  }
}
