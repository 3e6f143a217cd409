import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';

/** pending → confirmed → payable → paid, or declined from any but paid. */
export type CashbackState = 'pending' | 'confirmed' | 'payable' | 'paid' | 'declined';

export interface CashbackRow {
  id: string;
  orderId: string;
  merchantId: string;
  memberId: string;
  currency: string;
  amountMinor: number;
  reversedMinor: number;
  /** What was left of it when it was declined, and went back to the merchant. */
  declinedMinor: number;
  reason: string | null;
  state: CashbackState;
  payableAt: Date;
}

export interface CashbackStep {
  row: CashbackRow;
  from: CashbackState | 'none';
  by: string;
}

const columns = `id, order_id AS "orderId", merchant_id AS "merchantId", member_id AS "memberId", currency, amount_minor AS "amountMinor",
  reversed_minor AS "reversedMinor", declined_minor AS "declinedMinor", reason, state, payable_at AS "payableAt"`;

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

  /** Locks what stands in the state and is due, after what was looked at before. */
  due(
    tx: Tx,
    state: CashbackState,
    now: Date,
    after: { payableAt: Date; id: string } | undefined,
    limit: number,
  ): Promise<CashbackRow[]> {
    return tx.query<CashbackRow>(
      `SELECT ${columns} FROM wallet_cashback
       WHERE state = $1 AND payable_at <= $2 AND ($3::timestamptz IS NULL OR (payable_at, id) > ($3::timestamptz, $4::uuid))
       ORDER BY payable_at, id LIMIT $5 FOR UPDATE SKIP LOCKED`,
      [state, now, after?.payableAt ?? null, after?.id ?? null, limit],
    );
  }

  async save(tx: Tx, rows: readonly CashbackRow[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.execute(
      `UPDATE wallet_cashback AS cashback SET state = new.state, reversed_minor = new.reversed_minor, declined_minor = new.declined_minor,
         reason = new.reason, settled_at = CASE WHEN new.state IN ('paid', 'declined') THEN coalesce(settled_at, now()) END
       FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::text[]) AS new (id, state, reversed_minor, declined_minor, reason)
       WHERE cashback.id = new.id`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.state),
        rows.map((row) => row.reversedMinor),
        rows.map((row) => row.declinedMinor),
        rows.map((row) => row.reason),
      ],
    );
  }

  async insertSteps(tx: Tx, steps: readonly CashbackStep[], now: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO wallet_cashback_steps (id, cashback_id, from_state, to_state, reason, done_by, happened_at)
       SELECT new.id, new.cashback_id, new.from_state, new.to_state, new.reason, new.done_by, $7
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) AS new (id, cashback_id, from_state, to_state, reason, done_by)`,
      [
        steps.map(() => newId()),
        steps.map(({ row }) => row.id),
        steps.map(({ from }) => from),
        steps.map(({ row }) => row.state),
        steps.map(({ row }) => row.reason),
        steps.map(({ by }) => by),
        now,
      ],
    );
  }
}
