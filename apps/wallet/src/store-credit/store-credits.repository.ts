import type { Tx } from '@florin/database';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export type StoreCreditState = 'active' | 'withdrawn' | 'expired';

export interface StoreCredit {
  id: string;
  merchantId: string;
  memberId: string;
  currency: string;
  amountMinor: number;
  source: 'grant' | 'refund' | 'gift_card';
  sourceId: string | null;
  state: StoreCreditState;
  expiresAt: Date | null;
  reason: string;
  grantedBy: string;
  createdAt: Date;
}

const columns = `id, merchant_id AS "merchantId", member_id AS "memberId", currency, amount_minor AS "amountMinor", source, source_id AS "sourceId",
  state, expires_at AS "expiresAt", reason, granted_by AS "grantedBy", created_at AS "createdAt"`;

/** SQL of store credit. Whoever moves money of a grant locks its row first. */
export class StoreCreditsRepository {
  async insert(tx: Tx, credits: readonly StoreCredit[]): Promise<void> {
    await tx.execute(
      `INSERT INTO store_credits (id, merchant_id, member_id, currency, amount_minor, source, source_id, state, expires_at, reason, granted_by, created_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::uuid[], $8::text[], $9::timestamptz[],
                            $10::text[], $11::text[], $12::timestamptz[])`,
      [
        credits.map((credit) => credit.id),
        credits.map((credit) => credit.merchantId),
        credits.map((credit) => credit.memberId),
        credits.map((credit) => credit.currency),
        credits.map((credit) => credit.amountMinor),
        credits.map((credit) => credit.source),
        credits.map((credit) => credit.sourceId),
        credits.map((credit) => credit.state),
        credits.map((credit) => credit.expiresAt),
        credits.map((credit) => credit.reason),
        credits.map((credit) => credit.grantedBy),
        credits.map((credit) => credit.createdAt),
      ],
    );
  }

  lock(tx: Tx, ids: readonly string[]): Promise<StoreCredit[]> {
    return tx.query<StoreCredit>(
      `SELECT ${columns} FROM store_credits WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
      [ids],
    );
  }

  /** Locks what these members can spend here and now. */
  lockSpendable(
    tx: Tx,
    owners: readonly { memberId: string; merchantId: string; currency: string }[],
    now: Date,
  ): Promise<StoreCredit[]> {
    return tx.query<StoreCredit>(
      `SELECT ${columns} FROM store_credits
       WHERE (member_id, merchant_id, currency) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::char(3)[])) AND state = 'active'
         AND (expires_at IS NULL OR expires_at > $4)
       ORDER BY id FOR UPDATE`,
      [
        owners.map((owner) => owner.memberId),
        owners.map((owner) => owner.merchantId),
        owners.map((owner) => owner.currency),
        now,
      ],
    );
  }

  async hasWallet(source: Queries, merchantId: string, memberId: string): Promise<boolean> {
    const rows = await source.query('SELECT 1 FROM wallets WHERE merchant_id = $1 AND member_id = $2 LIMIT 1', [
      merchantId,
      memberId,
    ]);
    return rows.length > 0;
  }

  /** Newest first. */
  list(
    source: Queries,
    merchantId: string,
    memberId: string,
    beforeId: string | undefined,
    limit: number,
  ): Promise<StoreCredit[]> {
    return source.query<StoreCredit>(
      `SELECT ${columns} FROM store_credits WHERE merchant_id = $1 AND member_id = $2 AND ($3::uuid IS NULL OR id < $3::uuid)
       ORDER BY id DESC LIMIT $4`,
      [merchantId, memberId, beforeId ?? null, limit],
    );
  }

  /** Locks credit whose time is over, after that which was looked at before. */
  lockExpiring(
    tx: Tx,
    now: Date,
    after: { expiresAt: Date; id: string } | undefined,
    limit: number,
  ): Promise<StoreCredit[]> {
    return tx.query<StoreCredit>(
      `SELECT ${columns} FROM store_credits
       WHERE state = 'active' AND expires_at <= $1 AND ($2::timestamptz IS NULL OR (expires_at, id) > ($2::timestamptz, $3::uuid))
       ORDER BY expires_at, id LIMIT $4 FOR UPDATE SKIP LOCKED`,
      [now, after?.expiresAt ?? null, after?.id ?? null, limit],
    );
  }

  async setState(tx: Tx, ids: readonly string[], state: StoreCreditState): Promise<void> {
    if (ids.length > 0)
      await tx.execute('UPDATE store_credits SET state = $2 WHERE id = ANY($1::uuid[])', [ids, state]);
  }

  /** Makes expired and withdrawn credit good again, and keeps that good which would expire too soon. */
  async keepGood(tx: Tx, ids: readonly string[], until: Date): Promise<void> {
    await tx.execute(
      `UPDATE store_credits SET state = 'active', expires_at = CASE WHEN expires_at IS NOT NULL OR state <> 'active' THEN greatest(expires_at, $2) END
       WHERE id = ANY($1::uuid[])`,
      [ids, until],
    );
  }
}
