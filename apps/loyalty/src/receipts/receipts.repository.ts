import type { Tx } from '@florin/database';
import type { Receipt } from './receipt';

/** SQL of receipts. */
export class ReceiptsRepository {
  async insert(tx: Tx, receipts: readonly Receipt[]): Promise<void> {
    if (receipts.length === 0) return;
    await tx.execute(
      `INSERT INTO loyalty_receipts (id, kind, member_id, program_id, merchant_id, program_version, order_id, refund_id, points,
                                     balance_after, reason, steps, input, issued_at, qualifying_points)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::integer[], $7::uuid[], $8::uuid[], $9::bigint[],
                            $10::bigint[], $11::text[], $12::jsonb[], $13::jsonb[], $14::timestamptz[], $15::bigint[])`,
      [
        receipts.map((receipt) => receipt.id),
        receipts.map((receipt) => receipt.kind),
        receipts.map((receipt) => receipt.memberId),
        receipts.map((receipt) => receipt.programId),
        receipts.map((receipt) => receipt.merchantId),
        receipts.map((receipt) => receipt.programVersion),
        receipts.map((receipt) => receipt.orderId),
        receipts.map((receipt) => receipt.refundId),
        receipts.map((receipt) => receipt.points),
        receipts.map((receipt) => receipt.balanceAfter),
        receipts.map((receipt) => receipt.reason),
        receipts.map((receipt) => JSON.stringify(receipt.steps)),
        receipts.map((receipt) => JSON.stringify(receipt.input)),
        receipts.map((receipt) => receipt.issuedAt),
        receipts.map((receipt) => receipt.qualifyingPoints),
      ],
    );
  }

  /** Orders that already have their receipt in the program: `order:program`. */
  async known(tx: Tx, orderIds: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ order_id: string; program_id: string }>(
      `SELECT order_id, program_id FROM loyalty_receipts WHERE order_id = ANY($1::uuid[]) AND kind IN ('earn', 'refused')`,
      [orderIds],
    );
    return new Set(rows.map((row) => `${row.order_id}:${row.program_id}`));
  }
}
