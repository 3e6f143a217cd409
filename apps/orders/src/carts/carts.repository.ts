import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import type { CartRow } from './cart-rules';

export interface CartLineRow {
  cart_id: string;
  variant_id: string;
  quantity: number;
}

const columns = 'id, merchant_id, member_id, guest_key_hash, currency, status, created_at, updated_at';

@Injectable()
export class CartsRepository {
  /** Locks the carts in id order, so that two sets never wait for each other. */
  lock(tx: Tx, ids: readonly string[]): Promise<CartRow[]> {
    return tx.query<CartRow>(`SELECT ${columns} FROM carts WHERE id = ANY($1) ORDER BY id FOR UPDATE`, [ids]);
  }

  read(tx: Tx, id: string): Promise<CartRow[]> {
    return tx.query<CartRow>(`SELECT ${columns} FROM carts WHERE id = $1`, [id]);
  }

  /** Lines in the order in which they were put in. */
  lines(tx: Tx, cartIds: readonly string[]): Promise<CartLineRow[]> {
    return tx.query<CartLineRow>(
      'SELECT cart_id, variant_id, quantity FROM cart_lines WHERE cart_id = ANY($1) ORDER BY added_at, variant_id',
      [cartIds],
    );
  }

  async insert(tx: Tx, carts: readonly CartRow[]): Promise<void> {
    await tx.execute(
      `INSERT INTO carts (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::carts, $1::json)`,
      [JSON.stringify(carts)],
    );
  }

  async putLines(tx: Tx, lines: readonly CartLineRow[], now: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO cart_lines (cart_id, variant_id, quantity, added_at)
       SELECT cart_id, variant_id, quantity, $2::timestamptz + position * interval '1 microsecond'
       FROM ROWS FROM (json_to_recordset($1::json) AS (cart_id uuid, variant_id uuid, quantity integer)) WITH ORDINALITY AS put (cart_id, variant_id, quantity, position)
       ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity`,
      [JSON.stringify(lines), now],
    );
  }

  async removeLines(tx: Tx, lines: readonly Pick<CartLineRow, 'cart_id' | 'variant_id'>[]): Promise<void> {
    await tx.execute(
      `DELETE FROM cart_lines USING unnest($1::uuid[], $2::uuid[]) AS gone (cart_id, variant_id)
       WHERE cart_lines.cart_id = gone.cart_id AND cart_lines.variant_id = gone.variant_id`,
      [lines.map((line) => line.cart_id), lines.map((line) => line.variant_id)],
    );
  }

  /** Writes what may change of a cart: its owner and its time. */
  async update(tx: Tx, carts: readonly CartRow[]): Promise<void> {
    await tx.execute(
      `UPDATE carts SET member_id = changed.member_id, guest_key_hash = changed.guest_key_hash, updated_at = changed.updated_at
       FROM json_populate_recordset(NULL::carts, $1::json) AS changed WHERE carts.id = changed.id`,
      [JSON.stringify(carts)],
    );
  }

  async setStatus(tx: Tx, ids: readonly string[], status: CartRow['status'], now: Date): Promise<void> {
    await tx.execute('UPDATE carts SET status = $2, updated_at = $3 WHERE id = ANY($1)', [ids, status, now]);
  }
}
