import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import { VariantsRepository, type Variant } from './variants.repository';

/** Today's prices, for whoever prices a cart, an order or an import. */
@Injectable()
export class PriceList {
  constructor(private readonly repository: VariantsRepository) {}

  /** The variants with these ids, by id; unknown ids are missing from the map. One statement. */
  async variants(tx: Tx, ids: Iterable<string>): Promise<Map<string, Variant>> {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0) return new Map();
    return new Map((await this.repository.variants(tx, wanted)).map((variant) => [variant.variant_id, variant]));
  }

  /** The currency each merchant sells in, by merchant id; unknown merchants are missing. One statement. */
  async currencies(tx: Tx, merchantIds: Iterable<string>): Promise<Map<string, string>> {
    const wanted = [...new Set(merchantIds)];
    if (wanted.length === 0) return new Map();
    return new Map((await this.repository.currencies(tx, wanted)).map((row) => [row.merchant_id, row.currency]));
  }
}
