import { defineCommand, exampleId } from '../define';
import { Id, Text } from '../fields';

export class StockRelease {
  @Id() readonly checkoutId: string;
  @Text() readonly reason: string;
}

/** Said when the checkout ends without a sale. Released before reserved, a later reservation is refused. */
export const stockRelease = defineCommand({
  type: 'catalog.stock.release',
  version: 1,
  data: StockRelease,
  description: 'Said when the checkout ends without a sale. Released before reserved, a later reservation is refused.',
  example: {
    checkoutId: exampleId(4),
    reason: 'The card was declined',
  },
});
