import type { Tx } from '@florin/database';

export type CashbackState = 'pending' | 'payable' | 'declined';

export interface CashbackRow {
  id: string;
  orderId: string;
  merchantId: string;
  memberId: string;
  currency: string;
  amountMinor: number;
  reversedMinor: number;
  state: CashbackState;
  payableAt: Date;
}

const columns = `id, order_id AS "orderId", merchant_id AS "merchantId", member_id AS "memberId", currency, amount_minor AS "amountMinor",
  reversed_minor AS "reversedMinor", state, payable_at AS "payableAt"`;

/** SQL of cashback. Every function takes a set and costs one statement. */
export class CashbackRepository {
  /** Gives those that were new. */
  async insert(tx: Tx, rows: readonly CashbackRow[]): Promise<CashbackRow[]> {
    const inserted = await tx.query<{ id: string }>(
      `INSERT INTO wallet_cashback (id, order_id, merchant_id, member_id, currency, amount_minor, state, payable_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::text[], $8::timestamptz[])
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.orderId),
        rows.map((row) => row.merchantId),
        rows.map((row) => row.memberId),
        rows.map((row) => row.currency),
        rows.map((row) => row.amountMinor),
        rows.map((row) => row.state),
        rows.map((row) => row.payableAt),
      ],
    );
    const fresh = new Set(inserted.map((row) => row.id));
    return rows.filter((row) => fresh.has(row.id));
  }

  async lock(tx: Tx, id: string): Promise<CashbackRow | undefined> {
    const [row] = await tx.query<CashbackRow>(`SELECT ${columns} FROM wallet_cashback WHERE id = $1 FOR UPDATE`, [id]);
    return row;
  }

  due(tx: Tx, now: Date, limit: number): Promise<CashbackRow[]> {
    return tx.query<CashbackRow>(
      `SELECT ${columns} FROM wallet_cashback WHERE state = 'pending' AND payable_at <= $1 ORDER BY payable_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, limit],
    );
  }

  async save(tx: Tx, rows: readonly CashbackRow[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.execute(
      `UPDATE wallet_cashback AS cashback SET state = new.state, reversed_minor = new.reversed_minor,
         settled_at = CASE WHEN new.state <> 'pending' THEN coalesce(settled_at, now()) END
       FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS new (id, state, reversed_minor) WHERE cashback.id = new.id`,
      [rows.map((row) => row.id), rows.map((row) => row.state), rows.map((row) => row.reversedMinor)],
    );
  }
}
