import type { Tx } from '@florin/database';
import type { Cause } from '@florin/kernel';

export interface RefundRow {
  id: string;
  /** Of an order that came through the checkout; a direct payment has none. */
  checkoutId: string | null;
  orderId: string | null;
  merchantId: string;
  memberId: string;
  paymentId: string | null;
  /** The part of the payment that is given back. */
  captureId: string | null;
  currency: string;
  walletMinor: number;
  cardMinor: number;
  reason: string;
  state: RefundState;
  action: 'refund' | 'query' | null;
  providerReference: string | null;
  failureCode: string | null;
  /** Counts how often the processor was asked for it anew, after it had said no. */
  attempt: number;
  attempts: number;
  requestedBy: string | null;
  cause: Cause | null;
}

export type RefundState = 'requested' | 'pending' | 'unknown' | 'completed' | 'failed';

/** Where a refund goes: the charge and the capture as the processor knows them. */
export interface Origin {
  processor: string;
  chargeReference: string | null;
  captureReference: string | null;
}

export type DueRefund = RefundRow & Origin;

/** The processor's word is awaited. */
export const isOpen = ({ state }: RefundRow): boolean =>
  state === 'requested' || state === 'pending' || state === 'unknown';

const columns = `refund.id, refund.checkout_id AS "checkoutId", refund.order_id AS "orderId", refund.merchant_id AS "merchantId",
  refund.member_id AS "memberId", refund.payment_id AS "paymentId", refund.capture_id AS "captureId", refund.currency, refund.wallet_minor AS "walletMinor",
  refund.card_minor AS "cardMinor", refund.reason, refund.state, refund.action, refund.provider_reference AS "providerReference",
  refund.failure_code AS "failureCode", refund.attempt, refund.attempts, refund.requested_by AS "requestedBy", refund.cause`;

const origin = `(SELECT payment.processor FROM payment_transactions AS payment WHERE payment.id = refund.payment_id) AS processor,
  (SELECT payment.provider_reference FROM payment_transactions AS payment WHERE payment.id = refund.payment_id) AS "chargeReference",
  (SELECT capture.provider_reference FROM payment_captures AS capture WHERE capture.id = refund.capture_id) AS "captureReference"`;

/** SQL of refunds. */
export class RefundsRepository {
  /** Gives false when the refund was there already. */
  async insert(tx: Tx, refund: RefundRow): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO payment_refunds (id, checkout_id, order_id, merchant_id, member_id, payment_id, currency, wallet_minor, card_minor, reason, state, action, cause,
                                    failure_code, capture_id, requested_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (id) DO NOTHING`,
      [
        refund.id,
        refund.checkoutId,
        refund.orderId,
        refund.merchantId,
        refund.memberId,
        refund.paymentId,
        refund.currency,
        refund.walletMinor,
        refund.cardMinor,
        refund.reason,
        refund.state,
        refund.action,
        JSON.stringify(refund.cause),
        refund.failureCode,
        refund.captureId,
        refund.requestedBy,
      ],
    );
    return inserted > 0;
  }

  /** A refund that failed is asked for anew, under the next attempt's key. */
  async again(tx: Tx, id: string, captureId: string | null): Promise<void> {
    await tx.execute(
      `UPDATE payment_refunds SET state = 'requested', action = 'refund', attempt = attempt + 1, attempts = 0, capture_id = $2,
         provider_reference = NULL, failure_code = NULL, next_at = now(), lease_until = NULL, settled_at = NULL, asked_at = now() WHERE id = $1`,
      [id, captureId],
    );
  }

  /** Which part of the payment is given back. */
  async assign(tx: Tx, id: string, captureId: string): Promise<void> {
    await tx.execute('UPDATE payment_refunds SET capture_id = $2 WHERE id = $1', [id, captureId]);
  }

  async one(tx: Tx, merchantId: string, paymentId: string, id: string): Promise<RefundRow | undefined> {
    const [refund] = await tx.query<RefundRow>(
      `SELECT ${columns} FROM payment_refunds AS refund WHERE id = $1 AND merchant_id = $2 AND payment_id = $3 FOR UPDATE`,
      [id, merchantId, paymentId],
    );
    return refund;
  }

  /** The member takes store credit instead of wallet money. */
  async asStoreCredit(tx: Tx, id: string): Promise<void> {
    await tx.execute('UPDATE payment_refunds SET to_store_credit = true WHERE id = $1', [id]);
  }

  lock(tx: Tx, ids: readonly string[]): Promise<RefundRow[]> {
    return tx.query<RefundRow>(
      `SELECT ${columns} FROM payment_refunds AS refund WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
      [ids],
    );
  }

  claim(tx: Tx, limit: number, leaseUntil: Date): Promise<DueRefund[]> {
    return tx.query<DueRefund>(
      `UPDATE payment_refunds AS refund SET lease_until = $2
       WHERE id IN (SELECT id FROM payment_refunds
                    WHERE action IS NOT NULL AND next_at <= now() AND (lease_until IS NULL OR lease_until < now())
                    ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}, ${origin}`,
      [limit, leaseUntil],
    );
  }

  async save(tx: Tx, refunds: readonly (RefundRow & { nextAt: Date })[]): Promise<void> {
    if (refunds.length === 0) return;
    await tx.execute(
      `UPDATE payment_refunds AS refund
       SET state = new.state, action = new.action, provider_reference = new.provider_reference, failure_code = new.failure_code, attempts = new.attempts,
           next_at = new.next_at, lease_until = NULL, settled_at = CASE WHEN new.state IN ('completed', 'failed') THEN now() END
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[])
         AS new (id, state, action, provider_reference, failure_code, attempts, next_at)
       WHERE refund.id = new.id`,
      [
        refunds.map((refund) => refund.id),
        refunds.map((refund) => refund.state),
        refunds.map((refund) => refund.action),
        refunds.map((refund) => refund.providerReference),
        refunds.map((refund) => refund.failureCode),
        refunds.map((refund) => refund.attempts),
        refunds.map((refund) => refund.nextAt),
      ],
    );
  }

  /** What the checkout took, and what refunds that did not fail have given back of it. Locks the checkout. */
  async standing(tx: Tx, checkoutId: string) {
    const [checkout] = await tx.query<{
      state: string;
      paymentId: string | null;
      orderId: string;
      memberId: string;
      merchantId: string;
      currency: string;
      walletMinor: number;
      cardMinor: number;
    }>(
      `SELECT state, payment_id AS "paymentId", order_id AS "orderId", member_id AS "memberId", merchant_id AS "merchantId", currency,
              wallet_minor AS "walletMinor", card_minor AS "cardMinor"
       FROM checkout_payments WHERE checkout_id = $1 FOR UPDATE`,
      [checkoutId],
    );
    const [given] = await tx.query<{ walletMinor: number; cardMinor: number }>(
      `SELECT coalesce(sum(wallet_minor), 0)::bigint AS "walletMinor", coalesce(sum(card_minor), 0)::bigint AS "cardMinor"
       FROM payment_refunds WHERE checkout_id = $1 AND state <> 'failed'`,
      [checkoutId],
    );
    return checkout && given ? { checkout, given } : undefined;
  }
}
