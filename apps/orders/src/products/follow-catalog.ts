import { Injectable } from '@nestjs/common';
import type { MerchantSaved, VariantSaved } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { VariantsRepository } from './variants.repository';

/** Keeps the local copy of prices and merchants up to date, in whatever order catalog's messages arrive. */
@Injectable()
export class FollowCatalog {
  constructor(private readonly repository: VariantsRepository) {}

  /** Takes in a set of variants with one statement; of several versions of one variant the highest counts. */
  variants(tx: Tx, said: readonly VariantSaved[]): Promise<void> {
    return this.repository.saveVariants(
      tx,
      newest(said, (variant) => variant.variantId),
    );
  }

  /** The same for merchants. */
  merchants(tx: Tx, said: readonly MerchantSaved[]): Promise<void> {
    return this.repository.saveMerchants(
      tx,
      newest(said, (merchant) => merchant.merchantId),
    );
  }
}

function newest<T extends { version: number }>(said: readonly T[], idOf: (item: T) => string): T[] {
  const byId = new Map<string, T>();
  for (const item of said) {
    const known = byId.get(idOf(item));
    if (!known || known.version < item.version) byId.set(idOf(item), item);
  }
  return [...byId.values()];
}
