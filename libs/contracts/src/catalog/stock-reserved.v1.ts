import { defineEvent, exampleId } from '../define';
import { Id, Instant } from '../fields';

export class StockReserved {
  @Id() readonly checkoutId: string;
  @Instant() readonly expiresAt: string;
}

/** Said when every line of a checkout is set aside until the time named. */
export const stockReserved = defineEvent({
  type: 'catalog.stock.reserved',
  version: 1,
  data: StockReserved,
  description: 'Said when every line of a checkout is set aside until the time named.',
  example: {
    checkoutId: exampleId(4),
    expiresAt: '2026-11-21T10:15:00.000Z',
  },
});
