import { defineEvent, exampleId } from '../define';
import { Id } from '../fields';

export class StockRestocked {
  @Id() readonly refundId: string;
  @Id() readonly checkoutId: string;
}

/** Said once per refund, when its goods are back on the shelf. */
export const stockRestocked = defineEvent({
  type: 'catalog.stock.restocked',
  version: 1,
  data: StockRestocked,
  description: 'Said once per refund, when its goods are back on the shelf.',
  example: {
    refundId: exampleId(5),
    checkoutId: exampleId(4),
  },
});
