import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import { bornAt } from './order-id';

export type OrderStatus = 'pending' | 'completed' | 'partially_refunded' | 'refunded' | 'cancelled';

/** Where one order stands, and whose it is. */
export interface OrderState {
  orderId: string;
  checkoutId: string;
  merchantId: string;
  memberId: string;
  number: string;
  origin: 'checkout' | 'import';
  status: OrderStatus;
  reasonCode: string | null;
  reason: string | null;
}

@Injectable()
export class OrderStates {
  /** The state of an order, read in the transaction; undefined when there is none. */
  async of(tx: Tx, orderId: string): Promise<OrderState | undefined> {
    const createdAt = bornAt(orderId);
    if (!createdAt) return undefined;
    const [state] = await tx.query<OrderState>(
      `SELECT id AS "orderId", checkout_id AS "checkoutId", merchant_id AS "merchantId", member_id AS "memberId", number, origin, status,
         reason_code AS "reasonCode", reason FROM orders WHERE id = $1 AND created_at = $2`,
      [orderId, createdAt],
    );
    return state;
  }
}
