import { newId } from '@florin/kernel';
import type { Tx } from '@florin/database';

export type CheckoutState = 'reserved' | 'refused' | 'confirmed' | 'released';
export type MovementKind = 'receipt' | 'reserve' | 'confirm' | 'release' | 'restock';

/** Why a checkout was released whose time limit passed: it may still be sold when it is paid after all. */
export const expired = 'expired';

/** Signed differences of the four numbers of one variant. */
export interface Movement {
  variantId: string;
  kind: MovementKind;
  received?: number;
  available?: number;
  reserved?: number;
  sold?: number;
  reference: string;
}

export interface SettledCheckout {
  checkoutId: string;
  merchantId: string | null;
  state: CheckoutState;
  reason: string | null;
  expiresAt: Date | null;
}

export interface ReservedLine {
  checkoutId: string;
  lineId: string;
  variantId: string;
  quantity: number;
  restocked: number;
}

/** SQL of stock. Every function takes a set and costs a fixed number of statements. */
export class StockRepository {
  /** Locks the variants in id order, so that two sets that want the same variants wait and never deadlock. */
  async lockAvailable(
    tx: Tx,
    variantIds: readonly string[],
  ): Promise<Map<string, { available: number; merchantId: string }>> {
    const rows = await tx.query<{ variant_id: string; available: number; merchant_id: string }>(
      `SELECT variant_id, available, merchant_id FROM inventory_items
       WHERE variant_id = ANY($1::uuid[]) ORDER BY variant_id FOR UPDATE`,
      [[...new Set(variantIds)]],
    );
    return new Map(rows.map((row) => [row.variant_id, { available: row.available, merchantId: row.merchant_id }]));
  }

  async checkouts(tx: Tx, checkoutIds: readonly string[]): Promise<Map<string, SettledCheckout>> {
    const rows = await tx.query<SettledCheckout>(
      `SELECT checkout_id AS "checkoutId", merchant_id AS "merchantId", state, reason, expires_at AS "expiresAt"
       FROM inventory_checkouts WHERE checkout_id = ANY($1::uuid[]) ORDER BY checkout_id FOR UPDATE`,
      [checkoutIds],
    );
    return new Map(rows.map((row) => [row.checkoutId, row]));
  }

  /** Gives the ids that were new; an id that was there already keeps what it says. */
  async insertCheckouts(tx: Tx, checkouts: readonly SettledCheckout[]): Promise<Set<string>> {
    if (checkouts.length === 0) return new Set();
    const rows = await tx.query<{ checkout_id: string }>(
      `INSERT INTO inventory_checkouts (checkout_id, merchant_id, state, reason, expires_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
       ON CONFLICT (checkout_id) DO NOTHING RETURNING checkout_id`,
      [
        checkouts.map((checkout) => checkout.checkoutId),
        checkouts.map((checkout) => checkout.merchantId),
        checkouts.map((checkout) => checkout.state),
        checkouts.map((checkout) => checkout.reason),
        checkouts.map((checkout) => checkout.expiresAt),
      ],
    );
    return new Set(rows.map((row) => row.checkout_id));
  }

  async settleCheckouts(
    tx: Tx,
    checkoutIds: readonly string[],
    state: CheckoutState,
    reasons: readonly (string | null)[],
  ): Promise<void> {
    if (checkoutIds.length === 0) return;
    await tx.execute(
      `UPDATE inventory_checkouts SET state = $2, reason = news.reason, settled_at = now()
       FROM unnest($1::uuid[], $3::text[]) AS news (checkout_id, reason)
       WHERE inventory_checkouts.checkout_id = news.checkout_id`,
      [checkoutIds, state, reasons],
    );
  }

  async insertReservations(tx: Tx, lines: readonly Omit<ReservedLine, 'restocked'>[]): Promise<void> {
    if (lines.length === 0) return;
    await tx.execute(
      `INSERT INTO inventory_reservations (checkout_id, line_id, variant_id, quantity)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])`,
      [
        lines.map((line) => line.checkoutId),
        lines.map((line) => line.lineId),
        lines.map((line) => line.variantId),
        lines.map((line) => line.quantity),
      ],
    );
  }

  async reservations(tx: Tx, checkoutIds: readonly string[]): Promise<ReservedLine[]> {
    if (checkoutIds.length === 0) return [];
    return tx.query<ReservedLine>(
      `SELECT checkout_id AS "checkoutId", line_id AS "lineId", variant_id AS "variantId", quantity, restocked
       FROM inventory_reservations WHERE checkout_id = ANY($1::uuid[]) ORDER BY checkout_id, line_id`,
      [checkoutIds],
    );
  }

  /** Notes that a refund brings units back; false when it did so before. */
  async noteRestock(tx: Tx, refundId: string): Promise<boolean> {
    const note = 'INSERT INTO inventory_restocks (refund_id) VALUES ($1) ON CONFLICT (refund_id) DO NOTHING';
    return (await tx.execute(note, [refundId])) > 0;
  }

  async addRestocked(
    tx: Tx,
    lines: readonly { checkoutId: string; lineId: string; quantity: number }[],
  ): Promise<void> {
    await tx.execute(
      `UPDATE inventory_reservations AS held SET restocked = held.restocked + back.quantity
       FROM (SELECT checkout_id, line_id, sum(quantity)::bigint AS quantity
             FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS line (checkout_id, line_id, quantity)
             GROUP BY checkout_id, line_id) AS back
       WHERE held.checkout_id = back.checkout_id AND held.line_id = back.line_id`,
      [lines.map((line) => line.checkoutId), lines.map((line) => line.lineId), lines.map((line) => line.quantity)],
    );
  }

  async openItems(tx: Tx, items: readonly { variantId: string; merchantId: string }[]): Promise<void> {
    await tx.execute(
      `INSERT INTO inventory_items (variant_id, merchant_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])
       ON CONFLICT (variant_id) DO NOTHING`,
      [items.map((item) => item.variantId), items.map((item) => item.merchantId)],
    );
  }

  /** Writes the movements and adds them to the four numbers: each hot row is touched once per set. */
  async move(tx: Tx, movements: readonly Movement[]): Promise<void> {
    if (movements.length === 0) return;
    await tx.execute(
      `WITH moved AS (
         INSERT INTO inventory_movements (id, variant_id, kind, received, available, reserved, sold, reference)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[])
         RETURNING variant_id, received, available, reserved, sold
       ), totals AS (
         SELECT variant_id, sum(received) AS received, sum(available) AS available, sum(reserved) AS reserved, sum(sold) AS sold
         FROM moved GROUP BY variant_id
       )
       UPDATE inventory_items AS item
       SET received = item.received + totals.received, available = item.available + totals.available,
           reserved = item.reserved + totals.reserved, sold = item.sold + totals.sold
       FROM totals WHERE item.variant_id = totals.variant_id`,
      [
        movements.map(() => newId()),
        movements.map((movement) => movement.variantId),
        movements.map((movement) => movement.kind),
        movements.map((movement) => movement.received ?? 0),
        movements.map((movement) => movement.available ?? 0),
        movements.map((movement) => movement.reserved ?? 0),
        movements.map((movement) => movement.sold ?? 0),
        movements.map((movement) => movement.reference),
      ],
    );
  }

  async dueCheckouts(tx: Tx, now: Date, limit: number): Promise<string[]> {
    const rows = await tx.query<{ checkout_id: string }>(
      `SELECT checkout_id FROM inventory_checkouts WHERE state = 'reserved' AND expires_at <= $1
       ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, limit],
    );
    return rows.map((row) => row.checkout_id);
  }
}
