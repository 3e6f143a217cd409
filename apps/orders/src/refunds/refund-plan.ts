import { Refusal } from '@florin/kernel';
import type { ItemRecord } from '../orders/order-records';
import type { ReturnableOrder } from '../orders/returnable-orders';
import { refundOfLine, refundOfTenders, type TenderSplit } from './refund-rules';
import type { RefundLineRow, ReturnRow } from './refunds.repository';

export interface PlannedRefund extends TenderSplit {
  lines: Omit<RefundLineRow, 'refund_id'>[];
  returns: ReturnRow[];
  totalMinor: number;
  taxMinor: number;
}

/**
 * What a refund of some units gives back, from the frozen lines and what is on its way back already.
 * Refuses `line_unknown` and `too_many_units`, naming the line.
 */
export function planRefund(
  order: ReturnableOrder,
  items: readonly ItemRecord[],
  returns: readonly ReturnRow[],
  asked: readonly { lineId: string; quantity: number }[],
): PlannedRefund {
  const sold = new Map(items.map((item) => [item.line_id, item]));
  const back = new Map(returns.map((row) => [row.line_id, row]));
  const planned = asked.map(({ lineId, quantity }, index) => {
    const item = sold.get(lineId);
    if (!item)
      throw Refusal.field('unprocessable', `lines[${index}].line_id`, 'line_unknown', 'This order has no such line.');
    const before = back.get(lineId) ?? nothingBack(item);
    const left = item.quantity - before.quantity;
    if (quantity > left)
      throw Refusal.field(
        'conflict',
        `lines[${index}].quantity`,
        'too_many_units',
        `Only ${left} of this line can still be returned.`,
      );
    const money = refundOfLine(
      {
        quantity: item.quantity,
        totalMinor: item.total_minor,
        taxMinor: item.tax_minor,
        backQuantity: before.quantity,
        backTotalMinor: before.total_minor,
        backTaxMinor: before.tax_minor,
      },
      quantity,
    );
    return {
      line: {
        line_id: lineId,
        variant_id: item.variant_id,
        quantity,
        total_minor: money.totalMinor,
        tax_minor: money.taxMinor,
      },
      after: {
        ...before,
        quantity: before.quantity + quantity,
        total_minor: before.total_minor + money.totalMinor,
        tax_minor: before.tax_minor + money.taxMinor,
      },
    };
  });
  const totalMinor = planned.reduce((total, { line }) => total + line.total_minor, 0);
  const tenders = refundOfTenders(
    {
      walletMinor: order.captured_wallet_minor,
      cardMinor: order.captured_card_minor,
      backWalletMinor: order.returning_wallet_minor,
      backCardMinor: order.returning_card_minor,
    },
    totalMinor,
  );
  return {
    ...tenders,
    lines: planned.map(({ line }) => line),
    returns: planned.map(({ after }) => after),
    totalMinor,
    taxMinor: planned.reduce((total, { line }) => total + line.tax_minor, 0),
  };
}

function nothingBack(item: ItemRecord): ReturnRow {
  return {
    order_id: item.order_id,
    line_id: item.line_id,
    sold_quantity: item.quantity,
    sold_total_minor: item.total_minor,
    sold_tax_minor: item.tax_minor,
    quantity: 0,
    total_minor: 0,
    tax_minor: 0,
  };
}
