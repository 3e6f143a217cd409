import { defineEvent, exampleId } from '../define';
import { Id, Text } from '../fields';

export class StockReleased {
  @Id() readonly checkoutId: string;
  @Text() readonly reason: string;
}

/** Said once, when what was set aside for a checkout is for sale again. */
export const stockReleased = defineEvent({
  type: 'catalog.stock.released',
  version: 1,
  data: StockReleased,
  description: 'Said once, when what was set aside for a checkout is for sale again.',
  example: {
    checkoutId: exampleId(4),
    reason: 'The card was declined',
  },
});
