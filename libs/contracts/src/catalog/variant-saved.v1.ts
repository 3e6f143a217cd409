import { defineEvent, exampleId } from '../define';
import { Currency, Flag, Id, Minor, Optional, Text, WholeNumber } from '../fields';

export class VariantSaved {
  @Id() readonly variantId: string;
  @Id() readonly productId: string;
  @Id() readonly merchantId: string;
  @Text() readonly sku: string;
  @Text() readonly title: string;
  @Optional() @Id() readonly categoryId?: string;
  @Minor() readonly priceMinor: number;
  @Currency() readonly currency: string;
  @WholeNumber() readonly taxRateBps: number;
  @Flag() readonly taxIncluded: boolean;
  @Flag() readonly active: boolean;
  @WholeNumber(1) readonly version: number;
}

/** Said when something that can be bought is created or changed; the highest version is the truth. */
export const variantSaved = defineEvent({
  type: 'catalog.variant.saved',
  version: 1,
  data: VariantSaved,
  description: 'Said when something that can be bought is created or changed; the highest version is the truth.',
  example: {
    variantId: exampleId(7),
    productId: exampleId(8),
    merchantId: exampleId(1),
    sku: 'BEAN-250',
    title: 'House beans, 250 g',
    categoryId: exampleId(9),
    priceMinor: 1_450,
    currency: 'EUR',
    taxRateBps: 2_100,
    taxIncluded: true,
    active: true,
    version: 1,
  },
});
