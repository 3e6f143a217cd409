import type { Tx } from '@florin/database';
import type { ProductDto } from './product.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface VariantRow {
  id: string;
  sku: string;
  title: string;
  price_minor: number;
  tax_rate_bps: number;
  tax_included: boolean;
  active: boolean;
  position: number;
}

export interface ProductRow {
  id: string;
  merchant_id: string;
  category_id: string | null;
  title: string;
  description: string;
  active: boolean;
}

/** A product with its variants in one row, so that a list of products is one statement. */
const productView = `
  SELECT product.id, product.merchant_id, product.category_id, product.title, product.description, product.active, product.version,
         product.created_at, product.updated_at,
         (SELECT coalesce(json_agg(json_build_object(
                   'id', variant.id, 'sku', variant.sku, 'title', variant.title, 'price_minor', variant.price_minor,
                   'currency', variant.currency, 'tax_rate_bps', variant.tax_rate_bps, 'tax_included', variant.tax_included,
                   'active', variant.active, 'available', coalesce(item.available, 0), 'version', variant.version)
                 ORDER BY variant.position, variant.id), '[]')
          FROM product_variants AS variant LEFT JOIN inventory_items AS item ON item.variant_id = variant.id
          WHERE variant.product_id = product.id) AS variants
  FROM products AS product`;

/** SQL of products and their variants. */
export class ProductsRepository {
  async one(source: Queries, id: string): Promise<ProductDto | undefined> {
    const [product] = await source.query<ProductDto>(`${productView} WHERE product.id = $1`, [id]);
    return product;
  }

  async browse(
    source: Queries,
    filter: { merchantId: string; categoryId?: string; afterId?: string; limit: number },
  ): Promise<ProductDto[]> {
    return source.query<ProductDto>(
      `${productView} WHERE product.merchant_id = $1 AND product.active AND ($2::uuid IS NULL OR product.category_id = $2::uuid)
         AND ($3::uuid IS NULL OR product.id > $3::uuid)
       ORDER BY product.id LIMIT $4`,
      [filter.merchantId, filter.categoryId ?? null, filter.afterId ?? null, filter.limit],
    );
  }

  async merchantCurrency(tx: Tx, merchantId: string): Promise<string | undefined> {
    const [merchant] = await tx.query<{ currency: string }>('SELECT currency FROM merchants WHERE id = $1', [
      merchantId,
    ]);
    return merchant?.currency;
  }

  async merchantOfVariant(tx: Tx, variantId: string): Promise<string | undefined> {
    const [variant] = await tx.query<{ merchant_id: string }>(
      'SELECT merchant_id FROM product_variants WHERE id = $1',
      [variantId],
    );
    return variant?.merchant_id;
  }

  async ownsCategory(tx: Tx, merchantId: string, categoryId: string): Promise<boolean> {
    const rows = await tx.query('SELECT 1 FROM categories WHERE id = $1 AND merchant_id = $2', [
      categoryId,
      merchantId,
    ]);
    return rows.length > 0;
  }

  /** Gives the version to change, and locks it; undefined when the merchant has no such product. */
  async lock(tx: Tx, merchantId: string, id: string): Promise<{ version: number; variantIds: string[] } | undefined> {
    const [product] = await tx.query<{ version: number }>(
      'SELECT version FROM products WHERE id = $1 AND merchant_id = $2 FOR UPDATE',
      [id, merchantId],
    );
    if (!product) return undefined;
    const variants = await tx.query<{ id: string }>('SELECT id FROM product_variants WHERE product_id = $1', [id]);
    return { version: product.version, variantIds: variants.map((variant) => variant.id) };
  }

  async upsert(tx: Tx, product: ProductRow): Promise<void> {
    await tx.execute(
      `INSERT INTO products (id, merchant_id, category_id, title, description, active) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO UPDATE SET category_id = $3, title = $4, description = $5, active = $6, version = products.version + 1, updated_at = now()`,
      [product.id, product.merchant_id, product.category_id, product.title, product.description, product.active],
    );
  }

  /** Writes the whole list at once; a variant that is not in it any more is no longer sold, but keeps its history. */
  async saveVariants(tx: Tx, product: ProductRow, currency: string, variants: readonly VariantRow[]): Promise<void> {
    await tx.execute(
      'UPDATE product_variants SET active = false, version = version + 1 WHERE product_id = $1 AND active AND id <> ALL($2::uuid[])',
      [product.id, variants.map((variant) => variant.id)],
    );
    await tx.execute(
      `INSERT INTO product_variants (id, product_id, merchant_id, currency, sku, title, price_minor, tax_rate_bps, tax_included, active, position)
       SELECT id, $1, $2, $3, sku, title, price_minor, tax_rate_bps, tax_included, active, position
       FROM unnest($4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::integer[], $9::boolean[], $10::boolean[], $11::integer[])
         AS variant (id, sku, title, price_minor, tax_rate_bps, tax_included, active, position)
       ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, title = excluded.title, price_minor = excluded.price_minor,
         tax_rate_bps = excluded.tax_rate_bps, tax_included = excluded.tax_included, active = excluded.active,
         position = excluded.position, version = product_variants.version + 1`,
      [
        product.id,
        product.merchant_id,
        currency,
        variants.map((variant) => variant.id),
        variants.map((variant) => variant.sku),
        variants.map((variant) => variant.title),
        variants.map((variant) => variant.price_minor),
        variants.map((variant) => variant.tax_rate_bps),
        variants.map((variant) => variant.tax_included),
        variants.map((variant) => variant.active),
        variants.map((variant) => variant.position),
      ],
    );
  }
}
