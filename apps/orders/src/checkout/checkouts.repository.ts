import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import type { CheckoutState, PartState } from './checkout-plan';
import type { CheckoutRecord } from './placement';

/** A checkout as the saga reads and writes it. */
export interface CheckoutRow {
  id: string;
  order_id: string;
  cart_id: string;
  merchant_id: string;
  coupon_id: string | null;
  state: CheckoutState;
  stock: PartState;
  payment: PartState;
  reason_code: string | null;
  reason: string | null;
  awaited_by: string | null;
  created_at: Date;
}

const insertColumns =
  'id, order_id, cart_id, merchant_id, coupon_id, state, stock, payment, awaited_by, deadline_at, created_at, updated_at';
const rowColumns =
  'id, order_id, cart_id, merchant_id, coupon_id, state, stock, payment, reason_code, reason, awaited_by, created_at';

@Injectable()
export class CheckoutsRepository {
  async insert(tx: Tx, checkouts: readonly CheckoutRecord[]): Promise<void> {
    await tx.execute(
      `INSERT INTO checkouts (${insertColumns}) SELECT ${insertColumns} FROM json_populate_recordset(NULL::checkouts, $1::json)`,
      [JSON.stringify(checkouts)],
    );
  }

  /** Locks in id order: the answers of stock and payment about the same checkouts arrive at the same moment. */
  lock(tx: Tx, ids: readonly string[]): Promise<CheckoutRow[]> {
    return tx.query<CheckoutRow>(`SELECT ${rowColumns} FROM checkouts WHERE id = ANY($1) ORDER BY id FOR UPDATE`, [
      ids,
    ]);
  }

  async update(tx: Tx, rows: readonly CheckoutRow[], now: Date): Promise<void> {
    await tx.execute(
      `UPDATE checkouts SET state = moved.state, stock = moved.stock, payment = moved.payment, reason_code = moved.reason_code,
         reason = moved.reason, updated_at = $2
       FROM json_to_recordset($1::json) AS moved (id uuid, state text, stock text, payment text, reason_code text, reason text)
       WHERE checkouts.id = moved.id`,
      [JSON.stringify(rows), now],
    );
  }

  async anyOverdue(tx: Tx, now: Date): Promise<boolean> {
    const rows = await tx.query(`SELECT 1 FROM checkouts WHERE state = 'reserving' AND deadline_at <= $1 LIMIT 1`, [
      now,
    ]);
    return rows.length > 0;
  }

  /** Overdue checkouts, oldest first; those that somebody is moving at this moment are left for the next round. */
  async lockOverdue(tx: Tx, now: Date, limit: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM checkouts WHERE state = 'reserving' AND deadline_at <= $1 ORDER BY deadline_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, limit],
    );
    return rows.map((row) => row.id);
  }
}
