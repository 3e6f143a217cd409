import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import { bornAt, spanOf } from './order-id';
import type { ItemRecord } from './order-records';
import type { OrderStatus } from './order-states';
import { OrdersRepository } from './orders.repository';

/** What refunds need to know of an order: whose it is, what was captured and what is on its way back, per tender. */
export interface ReturnableOrder {
  id: string;
  number: string;
  merchant_id: string;
  member_id: string;
  email: string | null;
  checkout_id: string;
  status: OrderStatus;
  currency: string;
  total_minor: number;
  captured_wallet_minor: number;
  captured_card_minor: number;
  returning_wallet_minor: number;
  returning_card_minor: number;
}

export interface TenderChange {
  orderId: string;
  walletMinor: number;
  cardMinor: number;
}

const columns = `id, number, merchant_id, member_id, email, checkout_id, status, currency, total_minor,
  captured_wallet_minor, captured_card_minor, returning_wallet_minor, returning_card_minor`;

/** The money side of orders, for refunds. CHECKs keep what returns within what was captured. */
@Injectable()
export class ReturnableOrders {
  constructor(private readonly orders: OrdersRepository) {}

  /** Whether the merchant has this order. */
  async isThere(tx: Tx, merchantId: string, orderId: string): Promise<boolean> {
    const createdAt = bornAt(orderId);
    if (!createdAt) return false;
    const rows = await tx.query('SELECT FROM orders WHERE id = $1 AND created_at = $2 AND merchant_id = $3', [
      orderId,
      createdAt,
      merchantId,
    ]);
    return rows.length > 0;
  }

  /** Locks one order: its refunds are decided one after the other. */
  async lock(tx: Tx, orderId: string): Promise<ReturnableOrder | undefined> {
    const createdAt = bornAt(orderId);
    if (!createdAt) return undefined;
    const [order] = await tx.query<ReturnableOrder>(
      `SELECT ${columns} FROM orders WHERE id = $1 AND created_at = $2 FOR UPDATE`,
      [orderId, createdAt],
    );
    return order;
  }

  /** Locks a set of orders in id order. */
  lockAll(tx: Tx, orderIds: readonly string[]): Promise<ReturnableOrder[]> {
    return tx.query<ReturnableOrder>(
      `SELECT ${columns} FROM orders WHERE id = ANY($1) AND created_at BETWEEN $2 AND $3 ORDER BY id FOR UPDATE`,
      spanOf(orderIds),
    );
  }

  items(tx: Tx, orderIds: readonly string[]): Promise<ItemRecord[]> {
    return this.orders.items(tx, orderIds);
  }

  /** Adds to what is on its way back (negative: it will not come). One statement for any number of orders. */
  async changeReturning(tx: Tx, changes: readonly TenderChange[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.execute(
      `UPDATE orders SET returning_wallet_minor = returning_wallet_minor + change.wallet, returning_card_minor = returning_card_minor + change.card
       FROM (SELECT order_id, sum(wallet)::bigint AS wallet, sum(card)::bigint AS card
             FROM unnest($1::uuid[], $4::bigint[], $5::bigint[]) AS one (order_id, wallet, card) GROUP BY 1) AS change
       WHERE id = change.order_id AND created_at BETWEEN $2 AND $3`,
      [
        ...spanOf(changes.map((change) => change.orderId)),
        changes.map((change) => change.walletMinor),
        changes.map((change) => change.cardMinor),
      ],
    );
  }

  /** Cancelled orders whose money had been taken all the same: all of it is on its way back. */
  takeAllBack(tx: Tx, orderIds: readonly string[]): Promise<ReturnableOrder[]> {
    return tx.query<ReturnableOrder>(
      `UPDATE orders SET captured_wallet_minor = wallet_minor, captured_card_minor = card_minor,
         returning_wallet_minor = wallet_minor, returning_card_minor = card_minor
       WHERE id = ANY($1) AND created_at BETWEEN $2 AND $3 AND returning_wallet_minor + returning_card_minor = 0 RETURNING ${columns}`,
      spanOf(orderIds),
    );
  }

  /** Money that is back. The status follows for orders that were completed; gives each order's new status. */
  async refunded(
    tx: Tx,
    amounts: readonly { orderId: string; amountMinor: number }[],
  ): Promise<Map<string, OrderStatus>> {
    const rows = await tx.query<{ id: string; status: OrderStatus }>(
      `UPDATE orders SET refunded_minor = refunded_minor + back.amount, status = CASE
         WHEN status = 'cancelled' THEN status WHEN refunded_minor + back.amount >= total_minor THEN 'refunded' ELSE 'partially_refunded' END
       FROM (SELECT order_id, sum(amount)::bigint AS amount FROM unnest($1::uuid[], $4::bigint[]) AS one (order_id, amount) GROUP BY 1) AS back
       WHERE id = back.order_id AND created_at BETWEEN $2 AND $3 RETURNING id, status`,
      [...spanOf(amounts.map((amount) => amount.orderId)), amounts.map((amount) => amount.amountMinor)],
    );
    return new Map(rows.map((row) => [row.id, row.status]));
  }
}
