import { defineCommand, exampleId } from '../define';
import { Id, Instant, ListOf, WholeNumber } from '../fields';

export class StockReserveLine {
  @Id() readonly lineId: string;
  @Id() readonly variantId: string;
  @WholeNumber(1) readonly quantity: number;
}

export class StockReserve {
  @Id() readonly checkoutId: string;
  @Id() readonly merchantId: string;
  @Instant() readonly expiresAt: string;
  @ListOf(() => StockReserveLine) readonly lines: StockReserveLine[];
}

/** Said when a checkout starts. Catalog sets the whole list aside or refuses all of it, once per checkout. */
export const stockReserve = defineCommand({
  type: 'catalog.stock.reserve',
  version: 1,
  data: StockReserve,
  description:
    'Said when a checkout starts. Catalog sets the whole list aside or refuses all of it, once per checkout.',
  example: {
    checkoutId: exampleId(4),
    merchantId: exampleId(1),
    expiresAt: '2026-11-21T10:15:00.000Z',
    lines: [
      {
        lineId: exampleId(6),
        variantId: exampleId(7),
        quantity: 2,
      },
    ],
  },
});
