import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { bornAt, spanOf } from './order-id';
import type { HistoryRecord, ItemRecord, OrderRecord } from './order-records';

const orderColumns = `id, created_at, number, merchant_id, member_id, email, origin, external_number, checkout_id, status, currency,
  list_minor, discount_minor, coupon_minor, tax_minor, total_minor, coupon_code, wallet_minor, card_minor, placed_at, settled_at`;
const itemColumns = `order_id, created_at, line_id, line_no, variant_id, product_id, category_id, sku, title, quantity, unit_price_minor,
  list_minor, discount_minor, coupon_minor, tax_rate_bps, tax_included, tax_minor, total_minor`;

/** What an end of a checkout needs to know of its order, to tell others. */
export type SettledOrder = Omit<OrderRecord, 'status'>;

@Injectable()
export class OrdersRepository {
  async insert(tx: Tx, orders: readonly OrderRecord[], items: readonly ItemRecord[]): Promise<void> {
    await Promise.all([
      tx.execute(
        `INSERT INTO orders (${orderColumns}) SELECT ${orderColumns} FROM json_populate_recordset(NULL::orders, $1::json)`,
        [JSON.stringify(orders)],
      ),
      tx.execute(
        `INSERT INTO order_items (${itemColumns}) SELECT ${itemColumns} FROM json_populate_recordset(NULL::order_items, $1::json)`,
        [JSON.stringify(items)],
      ),
    ]);
  }

  async addHistory(tx: Tx, steps: readonly HistoryRecord[]): Promise<void> {
    const rows = steps.map((step) => ({ ...step, id: newId(), created_at: bornAt(step.order_id) }));
    await tx.execute(
      `INSERT INTO order_status_history (id, order_id, created_at, status, reason_code, actor, at)
       SELECT id, order_id, created_at, status, reason_code, actor, at FROM json_populate_recordset(NULL::order_status_history, $1::json)`,
      [JSON.stringify(rows)],
    );
  }

  /** Sequential numbers for people, as many as asked for; a number that is then not used leaves a gap. */
  async nextNumbers(tx: Tx, count: number): Promise<number[]> {
    const rows = await tx.query<{ number: number }>(
      `SELECT nextval('order_numbers') AS number FROM generate_series(1, $1::integer)`,
      [count],
    );
    return rows.map((row) => row.number);
  }

  /** Completes pending orders: all their money has been captured. Gives those that were pending. */
  complete(tx: Tx, orderIds: readonly string[], now: Date): Promise<SettledOrder[]> {
    return tx.query<SettledOrder>(
      `UPDATE orders SET status = 'completed', settled_at = $4, captured_wallet_minor = wallet_minor, captured_card_minor = card_minor
       WHERE id = ANY($1) AND created_at BETWEEN $2 AND $3 AND status = 'pending' RETURNING ${orderColumns}`,
      [...spanOf(orderIds), now],
    );
  }

  /** Cancels pending orders, each with its own reason. Gives those that were pending. */
  cancel(
    tx: Tx,
    orders: readonly { id: string; reasonCode: string; reason: string }[],
    now: Date,
  ): Promise<SettledOrder[]> {
    return tx.query<SettledOrder>(
      `UPDATE orders SET status = 'cancelled', settled_at = $4, reason_code = why.code, reason = why.text
       FROM unnest($1::uuid[], $5::text[], $6::text[]) AS why (order_id, code, text)
       WHERE id = why.order_id AND created_at BETWEEN $2 AND $3 AND status = 'pending' RETURNING ${orderColumns}`,
      [
        ...spanOf(orders.map((order) => order.id)),
        now,
        orders.map((order) => order.reasonCode),
        orders.map((order) => order.reason),
      ],
    );
  }

  /** The frozen lines of a set of orders, in the order of the cart. */
  items(tx: Tx, orderIds: readonly string[]): Promise<ItemRecord[]> {
    return tx.query<ItemRecord>(
      `SELECT ${itemColumns} FROM order_items WHERE order_id = ANY($1) AND created_at BETWEEN $2 AND $3 ORDER BY order_id, line_no`,
      spanOf(orderIds),
    );
  }
}
