import type { Invariant } from '../invariant';
import { matching } from '../matching';

const prices = matching({
  name: 'catalog.prices-are-copied',
  says: "The prices that orders sells at are catalog's, at its latest version.",
  left: {
    service: 'catalog',
    what: 'the variant',
    // One that was saved before orders first listened was never said to it.
    sql: `SELECT id::text AS key, concat_ws(' ', merchant_id, sku, price_minor, currency, tax_rate_bps, tax_included, version) AS value, ARRAY[id, product_id]::text[] AS refs, false AS must
          FROM product_variants`,
  },
  right: {
    service: 'orders',
    what: 'the variant',
    sql: `SELECT variant_id::text AS key, concat_ws(' ', merchant_id, sku, price_minor, currency, tax_rate_bps, tax_included, version) AS value, ARRAY[variant_id]::text[] AS refs, true AS must
          FROM variants`,
  },
});

export const copyInvariants: Invariant[] = [prices];
