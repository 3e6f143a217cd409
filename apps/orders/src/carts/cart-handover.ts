import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import type { Cart } from './cart-rules';
import { CartsRepository } from './carts.repository';

/** Carts on their way to becoming orders, and back when the checkout came to nothing. */
@Injectable()
export class CartHandover {
  constructor(private readonly carts: CartsRepository) {}

  /** Locks the carts (in id order) and reads their lines, by cart id; unknown carts are missing. Two statements. */
  async lock(tx: Tx, cartIds: Iterable<string>): Promise<Map<string, Cart>> {
    const ids = [...new Set(cartIds)];
    const [rows, lines] = await Promise.all([this.carts.lock(tx, ids), this.carts.lines(tx, ids)]);
    const carts = new Map(rows.map((row): [string, Cart] => [row.id, { row, lines: new Map() }]));
    for (const line of lines) carts.get(line.cart_id)?.lines.set(line.variant_id, line.quantity);
    return carts;
  }

  /** The carts have become orders: they can no longer be changed or ordered. */
  close(tx: Tx, cartIds: readonly string[], now: Date): Promise<void> {
    return this.carts.setStatus(tx, cartIds, 'ordered', now);
  }

  /** The orders were cancelled: the shopper may change the cart and try again. */
  reopen(tx: Tx, cartIds: readonly string[], now: Date): Promise<void> {
    return this.carts.setStatus(tx, cartIds, 'open', now);
  }
}
