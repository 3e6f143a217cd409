import type {
  Envelope,
  OrderCompleted,
  OrderRefunded,
  PaymentCaptured,
  RefundCompleted,
  Tender,
} from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { addUp, dayOf, type RevenueChange } from './revenue-sums';
import { RevenueRepository } from './revenue.repository';

/**
 * Keeps the daily sums: what orders sold and gave back, and what the wallet captured and gave back, so that each side can
 * be held against the other and both against the ledger.
 */
@Injectable()
export class CountRevenue {
  constructor(private readonly revenue: RevenueRepository) {}

  completed(tx: Tx, events: readonly Envelope<OrderCompleted>[]): Promise<void> {
    return this.add(
      tx,
      events.map(({ data }) => ({ ...at(data, data.completedAt), sums: completedSums(data) })),
    );
  }

  refunded(tx: Tx, events: readonly Envelope<OrderRefunded>[]): Promise<void> {
    return this.add(
      tx,
      events.map(({ data }) => ({
        ...at(data, data.refundedAt),
        sums: { refunds: 1, refunds_minor: data.totalMinor, refunded_tax_minor: taxOf(data) },
      })),
    );
  }

  captured(tx: Tx, events: readonly Envelope<PaymentCaptured>[]): Promise<void> {
    return this.add(
      tx,
      events.map(({ data }) => ({
        ...at(data, data.capturedAt),
        sums: {
          captured_wallet_minor: paidWith(data.tenders, 'wallet'),
          captured_card_minor: paidWith(data.tenders, 'card'),
        },
      })),
    );
  }

  givenBack(tx: Tx, events: readonly Envelope<RefundCompleted>[]): Promise<void> {
    return this.add(
      tx,
      events.map(({ data, time }) => ({
        ...at(data, time),
        sums: {
          refunded_wallet_minor: paidWith(data.tenders, 'wallet'),
          refunded_card_minor: paidWith(data.tenders, 'card'),
        },
      })),
    );
  }

  private add(tx: Tx, changes: readonly RevenueChange[]): Promise<void> {
    return this.revenue.add(tx, addUp(changes));
  }
}

function at({ merchantId, currency }: { merchantId: string; currency: string }, instant: string) {
  return { merchantId, currency, day: dayOf(instant) };
}

function completedSums(order: OrderCompleted): RevenueChange['sums'] {
  const { totalMinor, discountMinor, taxMinor } = order;
  return order.origin === 'import'
    ? {
        imported_orders: 1,
        imported_minor: totalMinor,
        imported_discount_minor: discountMinor,
        imported_tax_minor: taxMinor,
      }
    : { orders: 1, sales_minor: totalMinor, discount_minor: discountMinor, tax_minor: taxMinor };
}

function taxOf({ lines }: OrderRefunded): number {
  return lines.reduce((sum, { taxMinor }) => sum + taxMinor, 0);
}

function paidWith(tenders: readonly Tender[], kind: Tender['tender']): number {
  return tenders.filter(({ tender }) => tender === kind).reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}
