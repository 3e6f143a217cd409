import type { Tx } from '@florin/database';
import type { Cause } from '@florin/kernel';

export type CheckoutState = 'reserving' | 'reserved' | 'refused' | 'confirming' | 'captured' | 'releasing' | 'released';

export interface Checkout {
  checkoutId: string;
  orderId: string | null;
  merchantId: string | null;
  memberId: string | null;
  currency: string | null;
  walletMinor: number;
  cardMinor: number;
  /** How many sources the wallet part has; 0 for plain wallet money, whose parts are not written down. */
  parts: number;
  paymentId: string | null;
  state: CheckoutState;
  reasonCode: string | null;
  reason: string | null;
  expiresAt: Date | null;
  cause: Cause | null;
}

/** A checkout that really asked for money: only one that was released before it asked lacks these. */
export type KnownCheckout = Checkout & { orderId: string; merchantId: string; memberId: string; currency: string };

export const isKnown = (checkout: Checkout): checkout is KnownCheckout => checkout.orderId !== null;

const columns = `checkout_id AS "checkoutId", order_id AS "orderId", merchant_id AS "merchantId", member_id AS "memberId", currency,
  wallet_minor AS "walletMinor", card_minor AS "cardMinor", parts, payment_id AS "paymentId", state, reason_code AS "reasonCode", reason,
  expires_at AS "expiresAt", cause`;

/** SQL of checkouts. Every function takes a set and costs one statement. */
export class CheckoutsRepository {
  async lock(tx: Tx, checkoutIds: readonly string[]): Promise<Map<string, Checkout>> {
    const rows = await tx.query<Checkout>(
      `SELECT ${columns} FROM checkout_payments WHERE checkout_id = ANY($1::uuid[]) ORDER BY checkout_id FOR UPDATE`,
      [checkoutIds],
    );
    return new Map(rows.map((checkout) => [checkout.checkoutId, checkout]));
  }

  /** Gives the ids that were new. */
  async insert(tx: Tx, checkouts: readonly Checkout[]): Promise<Set<string>> {
    if (checkouts.length === 0) return new Set();
    const rows = await tx.query<{ checkout_id: string }>(
      `INSERT INTO checkout_payments (checkout_id, order_id, merchant_id, member_id, currency, wallet_minor, card_minor, payment_id, state,
                                      reason_code, reason, expires_at, cause, parts)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::uuid[], $9::text[],
                            $10::text[], $11::text[], $12::timestamptz[], $13::jsonb[], $14::smallint[])
       ON CONFLICT (checkout_id) DO NOTHING RETURNING checkout_id`,
      [
        checkouts.map((checkout) => checkout.checkoutId),
        checkouts.map((checkout) => checkout.orderId),
        checkouts.map((checkout) => checkout.merchantId),
        checkouts.map((checkout) => checkout.memberId),
        checkouts.map((checkout) => checkout.currency),
        checkouts.map((checkout) => checkout.walletMinor),
        checkouts.map((checkout) => checkout.cardMinor),
        checkouts.map((checkout) => checkout.paymentId),
        checkouts.map((checkout) => checkout.state),
        checkouts.map((checkout) => checkout.reasonCode),
        checkouts.map((checkout) => checkout.reason),
        checkouts.map((checkout) => checkout.expiresAt),
        checkouts.map((checkout) => JSON.stringify(checkout.cause)),
        checkouts.map((checkout) => checkout.parts),
      ],
    );
    return new Set(rows.map((row) => row.checkout_id));
  }

  async save(tx: Tx, checkouts: readonly Checkout[]): Promise<void> {
    if (checkouts.length === 0) return;
    await tx.execute(
      `UPDATE checkout_payments AS checkout SET state = new.state, reason_code = new.reason_code, reason = new.reason,
         settled_at = CASE WHEN new.state IN ('refused', 'captured', 'released') THEN now() END
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS new (checkout_id, state, reason_code, reason)
       WHERE checkout.checkout_id = new.checkout_id`,
      [
        checkouts.map((checkout) => checkout.checkoutId),
        checkouts.map((checkout) => checkout.state),
        checkouts.map((checkout) => checkout.reasonCode),
        checkouts.map((checkout) => checkout.reason),
      ],
    );
  }

  async due(tx: Tx, before: Date, limit: number): Promise<Checkout[]> {
    return tx.query<Checkout>(
      `SELECT ${columns} FROM checkout_payments WHERE state IN ('reserving', 'reserved') AND expires_at <= $1
       ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [before, limit],
    );
  }
}
