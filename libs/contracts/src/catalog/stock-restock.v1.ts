import { defineCommand, exampleId } from '../define';
import { Id, ListOf, WholeNumber } from '../fields';

export class StockRestockLine {
  @Id() readonly lineId: string;
  @Id() readonly variantId: string;
  @WholeNumber(1) readonly quantity: number;
}

export class StockRestock {
  @Id() readonly refundId: string;
  @Id() readonly checkoutId: string;
  @Id() readonly merchantId: string;
  @ListOf(() => StockRestockLine) readonly lines: StockRestockLine[];
}

/** Said when a refund gives goods back to the shelf, once per refund. */
export const stockRestock = defineCommand({
  type: 'catalog.stock.restock',
  version: 1,
  data: StockRestock,
  description: 'Said when a refund gives goods back to the shelf, once per refund.',
  example: {
    refundId: exampleId(5),
    checkoutId: exampleId(4),
    merchantId: exampleId(1),
    lines: [
      {
        lineId: exampleId(6),
        variantId: exampleId(7),
        quantity: 2,
      },
    ],
  },
});
