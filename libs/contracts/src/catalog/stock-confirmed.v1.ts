import { defineEvent, exampleId } from '../define';
import { Id } from '../fields';

export class StockConfirmed {
  @Id() readonly checkoutId: string;
}

/** Said once, when what was set aside for a checkout is sold. */
export const stockConfirmed = defineEvent({
  type: 'catalog.stock.confirmed',
  version: 1,
  data: StockConfirmed,
  description: 'Said once, when what was set aside for a checkout is sold.',
  example: {
    checkoutId: exampleId(4),
  },
});
