import type { Tx } from '@florin/database';

export interface Lot {
  id: string;
  memberId: string;
  programId: string;
  receiptId: string;
  orderId: string;
  earned: number;
  funder: string;
  source: string;
  earnedAt: Date;
  expiresAt: Date | null;
}

export interface EarnedLine {
  orderId: string;
  programId: string;
  lineId: string;
  totalMinor: number;
  points: number;
}

export interface Cashback {
  id: string;
  orderId: string;
  programId: string;
  memberId: string;
  merchantId: string;
  currency: string;
  orderTotalMinor: number;
  amountMinor: number;
  payableAt: Date;
  accruedAt: Date;
}

/** SQL of lots, of what each line earned, and of cashback. Every function takes a set and costs one statement. */
export class LotsRepository {
  /** Opens lots, each with its first movement. */
  async insertLots(tx: Tx, lots: readonly Lot[]): Promise<void> {
    if (lots.length === 0) return;
    await tx.execute(
      `WITH opened AS (
       INSERT INTO loyalty_lots (id, member_id, program_id, receipt_id, order_id, earned, remaining, funder, source, earned_at, expires_at)
       SELECT id, member_id, program_id, receipt_id, order_id, earned, earned, funder, source, earned_at, expires_at
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[])
         AS lot (id, member_id, program_id, receipt_id, order_id, earned, funder, source, earned_at, expires_at)
       RETURNING id, receipt_id, earned, earned_at)
       INSERT INTO loyalty_lot_movements (lot_id, receipt_id, points, effective_at) SELECT * FROM opened`,
      [
        lots.map((lot) => lot.id),
        lots.map((lot) => lot.memberId),
        lots.map((lot) => lot.programId),
        lots.map((lot) => lot.receiptId),
        lots.map((lot) => lot.orderId),
        lots.map((lot) => lot.earned),
        lots.map((lot) => lot.funder),
        lots.map((lot) => lot.source),
        lots.map((lot) => lot.earnedAt),
        lots.map((lot) => lot.expiresAt),
      ],
    );
  }

  async insertEarnedLines(tx: Tx, lines: readonly EarnedLine[]): Promise<void> {
    if (lines.length === 0) return;
    await tx.execute(
      `INSERT INTO loyalty_earned_lines (order_id, program_id, line_id, total_minor, points)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[])`,
      [
        lines.map((line) => line.orderId),
        lines.map((line) => line.programId),
        lines.map((line) => line.lineId),
        lines.map((line) => line.totalMinor),
        lines.map((line) => line.points),
      ],
    );
  }

  async insertCashback(tx: Tx, cashback: readonly Cashback[]): Promise<void> {
    if (cashback.length === 0) return;
    await tx.execute(
      `INSERT INTO loyalty_cashback (id, order_id, program_id, member_id, merchant_id, currency, order_total_minor, amount_minor, payable_at, accrued_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::bigint[], $9::timestamptz[], $10::timestamptz[])`,
      [
        cashback.map((each) => each.id),
        cashback.map((each) => each.orderId),
        cashback.map((each) => each.programId),
        cashback.map((each) => each.memberId),
        cashback.map((each) => each.merchantId),
        cashback.map((each) => each.currency),
        cashback.map((each) => each.orderTotalMinor),
        cashback.map((each) => each.amountMinor),
        cashback.map((each) => each.payableAt),
        cashback.map((each) => each.accruedAt),
      ],
    );
  }
}
