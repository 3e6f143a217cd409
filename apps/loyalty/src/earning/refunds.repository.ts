import type { Tx } from '@florin/database';
import type { LineStanding, RemainingLot } from './clawback-rules';

export interface EarnedOrderRow {
  memberId: string;
  programId: string;
  merchantId: string;
  programVersion: number;
}

export interface EarnedCashback {
  id: string;
  memberId: string;
  merchantId: string;
  orderTotalMinor: number;
  amountMinor: number;
  refundedMinor: number;
  reversedMinor: number;
}

/** SQL of taking back what an order earned. */
export class RefundsRepository {
  /** The programs in which the order earned, or was refused. */
  async earnedOrders(tx: Tx, orderId: string): Promise<EarnedOrderRow[]> {
    return tx.query<EarnedOrderRow>(
      `SELECT member_id AS "memberId", program_id AS "programId", merchant_id AS "merchantId", program_version AS "programVersion"
       FROM loyalty_receipts WHERE order_id = $1 AND kind IN ('earn', 'refused') ORDER BY program_id`,
      [orderId],
    );
  }

  async isKnown(tx: Tx, refundId: string, programId: string): Promise<boolean> {
    const rows = await tx.query(
      `SELECT 1 FROM loyalty_receipts WHERE refund_id = $1 AND program_id = $2 AND kind = 'clawback'`,
      [refundId, programId],
    );
    return rows.length > 0;
  }

  lockLines(tx: Tx, orderId: string, programId: string): Promise<LineStanding[]> {
    return tx.query<LineStanding>(
      `SELECT line_id AS "lineId", total_minor AS "totalMinor", points, refunded_minor AS "refundedMinor", clawed_points AS "clawedPoints"
       FROM loyalty_earned_lines WHERE order_id = $1 AND program_id = $2 ORDER BY line_id FOR UPDATE`,
      [orderId, programId],
    );
  }

  openLots(tx: Tx, member: { memberId: string; programId: string }): Promise<RemainingLot[]> {
    return tx.query<RemainingLot>(
      `SELECT id, order_id AS "orderId", remaining FROM loyalty_lots
       WHERE member_id = $1 AND program_id = $2 AND remaining > 0 ORDER BY expires_at NULLS LAST, id`,
      [member.memberId, member.programId],
    );
  }

  async saveLines(tx: Tx, orderId: string, programId: string, lines: readonly LineStanding[]): Promise<void> {
    await tx.execute(
      `UPDATE loyalty_earned_lines AS line SET refunded_minor = new.refunded_minor, clawed_points = new.clawed_points
       FROM unnest($3::uuid[], $4::bigint[], $5::bigint[]) AS new (line_id, refunded_minor, clawed_points)
       WHERE line.order_id = $1 AND line.program_id = $2 AND line.line_id = new.line_id`,
      [
        orderId,
        programId,
        lines.map((line) => line.lineId),
        lines.map((line) => line.refundedMinor),
        lines.map((line) => line.clawedPoints),
      ],
    );
  }

  /** Takes points out of lots, and writes down for which receipt. */
  async takeFromLots(
    tx: Tx,
    receipt: { id: string; issuedAt: Date },
    taken: readonly { lotId: string; points: number }[],
  ): Promise<void> {
    if (taken.length === 0) return;
    await tx.execute(
      `WITH taken AS (
         UPDATE loyalty_lots AS lot SET remaining = lot.remaining - change.points
         FROM unnest($3::uuid[], $4::bigint[]) AS change (lot_id, points) WHERE lot.id = change.lot_id
         RETURNING change.*)
       INSERT INTO loyalty_lot_movements (lot_id, receipt_id, points, effective_at)
       SELECT lot_id, $1::uuid, -points, $2::timestamptz FROM taken`,
      [receipt.id, receipt.issuedAt, taken.map(({ lotId }) => lotId), taken.map(({ points }) => points)],
    );
  }

  lockCashback(tx: Tx, orderId: string, programIds: readonly string[]): Promise<EarnedCashback[]> {
    return tx.query<EarnedCashback>(
      `SELECT id, member_id AS "memberId", merchant_id AS "merchantId", order_total_minor AS "orderTotalMinor", amount_minor AS "amountMinor",
              refunded_minor AS "refundedMinor", reversed_minor AS "reversedMinor"
       FROM loyalty_cashback WHERE order_id = $1 AND program_id = ANY($2::uuid[]) ORDER BY id FOR UPDATE`,
      [orderId, programIds],
    );
  }

  async saveCashback(tx: Tx, id: string, refundedMinor: number, reversedMinor: number): Promise<void> {
    await tx.execute('UPDATE loyalty_cashback SET refunded_minor = $2, reversed_minor = $3 WHERE id = $1', [
      id,
      refundedMinor,
      reversedMinor,
    ]);
  }
}
