import { Injectable } from '@nestjs/common';
import type { MerchantSaved, VariantSaved } from '@florin/contracts';
import type { Tx } from '@florin/database';

/** What can be bought, as catalog last said it. */
export interface Variant {
  variant_id: string;
  product_id: string;
  merchant_id: string;
  category_id: string | null;
  sku: string;
  title: string;
  price_minor: number;
  currency: string;
  tax_rate_bps: number;
  tax_included: boolean;
  active: boolean;
}

@Injectable()
export class VariantsRepository {
  /** Writes the set; a row that already has the same or a newer version stays as it is. Ids must be distinct. */
  async saveVariants(tx: Tx, variants: readonly VariantSaved[]): Promise<void> {
    await tx.execute(
      `INSERT INTO variants (variant_id, product_id, merchant_id, category_id, sku, title, price_minor, currency, tax_rate_bps, tax_included, active, version)
       SELECT "variantId", "productId", "merchantId", "categoryId", sku, title, "priceMinor", currency, "taxRateBps", "taxIncluded", active, version
       FROM json_to_recordset($1::json) AS said ("variantId" uuid, "productId" uuid, "merchantId" uuid, "categoryId" uuid, sku text, title text,
         "priceMinor" bigint, currency text, "taxRateBps" integer, "taxIncluded" boolean, active boolean, version bigint)
       ORDER BY 1
       ON CONFLICT (variant_id) DO UPDATE SET product_id = excluded.product_id, merchant_id = excluded.merchant_id,
         category_id = excluded.category_id, sku = excluded.sku, title = excluded.title, price_minor = excluded.price_minor,
         currency = excluded.currency, tax_rate_bps = excluded.tax_rate_bps, tax_included = excluded.tax_included,
         active = excluded.active, version = excluded.version, updated_at = now()
       WHERE variants.version < excluded.version`,
      [JSON.stringify(variants)],
    );
  }

  async saveMerchants(tx: Tx, merchants: readonly MerchantSaved[]): Promise<void> {
    await tx.execute(
      `INSERT INTO merchants (merchant_id, name, currency, time_zone, version)
       SELECT "merchantId", name, currency, "timeZone", version
       FROM json_to_recordset($1::json) AS said ("merchantId" uuid, name text, currency text, "timeZone" text, version bigint)
       ORDER BY 1
       ON CONFLICT (merchant_id) DO UPDATE SET name = excluded.name, currency = excluded.currency, time_zone = excluded.time_zone,
         version = excluded.version, updated_at = now()
       WHERE merchants.version < excluded.version`,
      [JSON.stringify(merchants)],
    );
  }

  variants(tx: Tx, ids: readonly string[]): Promise<Variant[]> {
    return tx.query<Variant>(
      `SELECT variant_id, product_id, merchant_id, category_id, sku, title, price_minor, currency, tax_rate_bps, tax_included, active
       FROM variants WHERE variant_id = ANY($1)`,
      [ids],
    );
  }

  currencies(tx: Tx, merchantIds: readonly string[]): Promise<{ merchant_id: string; currency: string }[]> {
    return tx.query('SELECT merchant_id, currency FROM merchants WHERE merchant_id = ANY($1)', [merchantIds]);
  }
}
