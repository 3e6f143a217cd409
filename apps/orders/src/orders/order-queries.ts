import { Injectable } from '@nestjs/common';
import { Reads, Transactions } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { grouped } from '../grouped';
import { notFound } from '../input';
import { refundDto } from '../refunds/refunds.dto';
import { refundColumns } from '../refunds/refund-columns';
import type { RefundLineRow, RefundRow } from '../refunds/refunds.repository';
import { bornAt } from './order-id';
import type {
  MerchantOrderListQuery,
  OrderCheckoutDto,
  OrderDto,
  OrderLineDto,
  OrderStepDto,
  OrderSummaryDto,
} from './orders.dto';

/** Whose orders are asked for; without a member, all of the merchant's. */
export interface OrderScope {
  merchantId: string;
  memberId: string | null;
}

/** A row as it comes from the database: times are still dates, which JSON writes as instants. */
type Row<T> = { [K in keyof T]: T[K] };

const summaryColumns = `id, number, merchant_id, member_id, origin, status, reason_code, currency, list_minor, discount_minor, tax_minor,
  total_minor, refunded_minor, placed_at, settled_at`;
const detailColumns = `${summaryColumns}, email, external_number, reason, coupon_minor, coupon_code, wallet_minor, card_minor`;

/** Reads orders for screens, with a constant number of statements. */
@Injectable()
export class OrderQueries {
  constructor(
    private readonly reads: Reads,
    private readonly transactions: Transactions,
  ) {}

  /**
   * One order with its frozen lines, history, refunds and checkout: six statements in one round trip. On the primary,
   * because whoever has just placed it follows it here, and a replica may not have it yet. Refuses 404 outside the scope.
   */
  one(scope: OrderScope, orderId: string): Promise<OrderDto> {
    const createdAt = bornAt(orderId);
    if (!createdAt) throw notFound();
    const key = [orderId, createdAt];
    return this.transactions.run(async (tx) => {
      const [[order], lines, history, refunds, refundLines, [checkout]] = await Promise.all([
        tx.query<Row<OrderDto>>(`SELECT ${detailColumns} FROM orders WHERE id = $1 AND created_at = $2`, key),
        tx.query<Row<OrderLineDto>>(
          `SELECT i.line_id, variant_id, product_id, category_id, sku, title, i.quantity, unit_price_minor, list_minor, discount_minor, coupon_minor,
             tax_rate_bps, tax_included, i.tax_minor, i.total_minor, coalesce(r.quantity, 0) AS returned_quantity
           FROM order_items i LEFT JOIN order_returns r ON r.order_id = i.order_id AND r.line_id = i.line_id
           WHERE i.order_id = $1 AND i.created_at = $2 ORDER BY line_no`,
          key,
        ),
        tx.query<Row<OrderStepDto>>(
          'SELECT status, reason_code, actor, at FROM order_status_history WHERE order_id = $1 AND created_at = $2 ORDER BY id',
          key,
        ),
        tx.query<RefundRow>(`SELECT ${refundColumns} FROM refunds WHERE order_id = $1 ORDER BY requested_at, id`, [
          orderId,
        ]),
        tx.query<RefundLineRow>(
          `SELECT refund_id, line_id, variant_id, quantity, l.total_minor, l.tax_minor FROM refund_lines l JOIN refunds r ON r.id = l.refund_id
           WHERE r.order_id = $1 ORDER BY refund_id, line_id`,
          [orderId],
        ),
        tx.query<Row<OrderCheckoutDto>>(
          `SELECT c.id, state, stock, payment, deadline_at FROM checkouts c
           WHERE c.id = (SELECT checkout_id FROM orders WHERE id = $1 AND created_at = $2)`,
          key,
        ),
      ]);
      if (!order || !isInScope(scope, order)) throw notFound();
      const byRefund = grouped(refundLines, (line) => line.refund_id);
      return {
        ...order,
        lines,
        history,
        refunds: refunds.map((refund) => refundDto(refund, byRefund.get(refund.id) ?? [])),
        checkout: checkout ?? null,
      };
    });
  }

  /** Newest first by the time of placing. */
  async list(scope: OrderScope, query: MerchantOrderListQuery): Promise<Page<OrderSummaryDto>> {
    const after = decodeCursor(query.cursor, { at: 'time', id: 'id' });
    const rows = await this.reads.query<Row<OrderSummaryDto> & { placed_at: string }>(
      `SELECT ${summaryColumns} FROM orders
       WHERE merchant_id = $1 AND ($2::uuid IS NULL OR member_id = $2) AND ($3::text IS NULL OR status = $3)
         AND ($4::timestamptz IS NULL OR (placed_at, id) < ($4, $5))
       ORDER BY placed_at DESC, id DESC LIMIT $6`,
      [
        scope.merchantId,
        scope.memberId ?? query.member_id ?? null,
        query.status ?? null,
        after?.at ?? null,
        after?.id ?? null,
        query.limit + 1,
      ],
    );
    return page(rows, query.limit, (row) => ({ at: row.placed_at, id: row.id }));
  }
}

function isInScope(scope: OrderScope, order: { merchant_id: string; member_id: string }): boolean {
  return order.merchant_id === scope.merchantId && (scope.memberId === null || order.member_id === scope.memberId);
}
