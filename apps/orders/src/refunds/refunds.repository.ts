import { refundColumns } from './refund-columns';
import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';

export interface RefundRow {
  id: string;
  order_id: string;
  checkout_id: string;
  merchant_id: string;
  member_id: string;
  /** 'undo' gives back the money of a checkout that failed after it was captured. */
  purpose: 'return' | 'undo';
  status: 'requested' | 'completed' | 'failed';
  reason: string;
  restock: boolean;
  currency: string;
  total_minor: number;
  tax_minor: number;
  wallet_minor: number;
  card_minor: number;
  failure_code: string | null;
  failure_reason: string | null;
  requested_by: string;
  requested_at: Date;
  settled_at: Date | null;
}

export interface RefundLineRow {
  refund_id: string;
  line_id: string;
  variant_id: string;
  quantity: number;
  total_minor: number;
  tax_minor: number;
}

/** What active refunds give back of one line; the sold figures stand beside it for the CHECKs. */
export interface ReturnRow {
  order_id: string;
  line_id: string;
  sold_quantity: number;
  sold_total_minor: number;
  sold_tax_minor: number;
  quantity: number;
  total_minor: number;
  tax_minor: number;
}

export interface Failure {
  refundId: string;
  code: string;
  reason: string;
}

const lineColumns = 'refund_id, line_id, variant_id, quantity, total_minor, tax_minor';
const returnColumns =
  'order_id, line_id, sold_quantity, sold_total_minor, sold_tax_minor, quantity, total_minor, tax_minor';

@Injectable()
export class RefundsRepository {
  async insert(tx: Tx, refunds: readonly RefundRow[], lines: readonly RefundLineRow[]): Promise<void> {
    await Promise.all([
      tx.execute(
        `INSERT INTO refunds (${refundColumns}) SELECT ${refundColumns} FROM json_populate_recordset(NULL::refunds, $1::json)`,
        [JSON.stringify(refunds)],
      ),
      lines.length > 0 &&
        tx.execute(
          `INSERT INTO refund_lines (${lineColumns}) SELECT ${lineColumns} FROM json_populate_recordset(NULL::refund_lines, $1::json)`,
          [JSON.stringify(lines)],
        ),
    ]);
  }

  /** What is on its way back or back already, per line of an order. */
  returns(tx: Tx, orderId: string): Promise<ReturnRow[]> {
    return tx.query<ReturnRow>(`SELECT ${returnColumns} FROM order_returns WHERE order_id = $1`, [orderId]);
  }

  /** Writes the running totals; a CHECK fails it if more than was sold would come back. */
  async saveReturns(tx: Tx, rows: readonly ReturnRow[]): Promise<void> {
    await tx.execute(
      `INSERT INTO order_returns (${returnColumns}) SELECT ${returnColumns} FROM json_populate_recordset(NULL::order_returns, $1::json)
       ON CONFLICT (order_id, line_id) DO UPDATE SET quantity = excluded.quantity, total_minor = excluded.total_minor, tax_minor = excluded.tax_minor`,
      [JSON.stringify(rows)],
    );
  }

  byIds(tx: Tx, ids: readonly string[]): Promise<RefundRow[]> {
    return tx.query<RefundRow>(`SELECT ${refundColumns} FROM refunds WHERE id = ANY($1)`, [ids]);
  }

  lines(tx: Tx, refundIds: readonly string[]): Promise<RefundLineRow[]> {
    return tx.query<RefundLineRow>(
      `SELECT ${lineColumns} FROM refund_lines WHERE refund_id = ANY($1) ORDER BY refund_id, line_id`,
      [refundIds],
    );
  }

  /** The lines of all refunds that meet a condition on `refunds`. */
  linesWhere(tx: Tx, condition: string, parameters: readonly string[]): Promise<RefundLineRow[]> {
    return tx.query<RefundLineRow>(
      `SELECT ${lineColumns} FROM refund_lines WHERE refund_id IN (SELECT id FROM refunds WHERE ${condition}) ORDER BY refund_id, line_id`,
      parameters,
    );
  }

  /** Completes requested refunds; one that is settled already is not given again. */
  complete(tx: Tx, ids: readonly string[], now: Date): Promise<RefundRow[]> {
    return tx.query<RefundRow>(
      `UPDATE refunds SET status = 'completed', settled_at = $2 WHERE id = ANY($1) AND status = 'requested' RETURNING ${refundColumns}`,
      [ids, now],
    );
  }

  /** Marks requested refunds as failed, each with its reason. */
  fail(tx: Tx, failures: readonly Failure[], now: Date): Promise<RefundRow[]> {
    return tx.query<RefundRow>(
      `UPDATE refunds SET status = 'failed', settled_at = $4, failure_code = why.code, failure_reason = why.words
       FROM unnest($1::uuid[], $2::text[], $3::text[]) AS why (refund_id, code, words)
       WHERE id = why.refund_id AND status = 'requested' RETURNING ${refundColumns}`,
      [failures.map((one) => one.refundId), failures.map((one) => one.code), failures.map((one) => one.reason), now],
    );
  }

  /** Takes the lines of failed refunds out of the running totals again. */
  async giveUpReturns(tx: Tx, refundIds: readonly string[]): Promise<void> {
    await tx.execute(
      `UPDATE order_returns AS held SET quantity = held.quantity - gone.quantity, total_minor = held.total_minor - gone.total,
         tax_minor = held.tax_minor - gone.tax
       FROM (SELECT refunds.order_id, line_id, sum(quantity)::integer AS quantity, sum(refund_lines.total_minor)::bigint AS total, sum(refund_lines.tax_minor)::bigint AS tax
             FROM refund_lines JOIN refunds ON refunds.id = refund_id WHERE refund_id = ANY($1) GROUP BY 1, 2) AS gone
       WHERE held.order_id = gone.order_id AND held.line_id = gone.line_id`,
      [refundIds],
    );
  }
}
