import { defineEvent, exampleId } from '../define';
import { Id, ListOf, WholeNumber } from '../fields';

export class StockShortage {
  @Id() readonly lineId: string;
  @Id() readonly variantId: string;
  @WholeNumber(1) readonly requested: number;
  @WholeNumber() readonly available: number;
}

export class StockRefused {
  @Id() readonly checkoutId: string;
  @ListOf(() => StockShortage) readonly shortages: StockShortage[];
}

/** Said when a checkout cannot be served in full; nothing is set aside. */
export const stockRefused = defineEvent({
  type: 'catalog.stock.refused',
  version: 1,
  data: StockRefused,
  description: 'Said when a checkout cannot be served in full; nothing is set aside.',
  example: {
    checkoutId: exampleId(4),
    shortages: [
      {
        lineId: exampleId(6),
        variantId: exampleId(7),
        requested: 3,
        available: 1,
      },
    ],
  },
});
