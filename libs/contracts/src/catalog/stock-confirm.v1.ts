import { defineCommand, exampleId } from '../define';
import { Id } from '../fields';

export class StockConfirm {
  @Id() readonly checkoutId: string;
}

/** Said when the checkout is to be completed: what was set aside is sold. */
export const stockConfirm = defineCommand({
  type: 'catalog.stock.confirm',
  version: 1,
  data: StockConfirm,
  description: 'Said when the checkout is to be completed: what was set aside is sold.',
  example: {
    checkoutId: exampleId(4),
  },
});
