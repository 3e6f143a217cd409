import type { Tx } from '@florin/database';
import { isId } from '@florin/kernel';
import type { Withdrawal } from '../withdrawals/withdrawal';
import { columns } from '../withdrawals/withdrawal-columns';

export interface BatchRow {
  id: string;
  merchantId: string;
  currency: string;
  withdrawals: number;
  totalMinor: number;
  gatheredBy: string;
}

/** SQL of what waits to be paid. */
export class PayoutsRepository {
  /** Leases what is to be asked of the provider, and notes before the first question that it was asked. */
  claim(tx: Tx, limit: number, leaseUntil: Date): Promise<Withdrawal[]> {
    return tx.query<Withdrawal>(
      `UPDATE wallet_withdrawals SET lease_until = $2, first_asked_at = coalesce(first_asked_at, now())
       WHERE id IN (SELECT id FROM wallet_withdrawals
                    WHERE action IS NOT NULL AND next_at <= now() AND (lease_until IS NULL OR lease_until < now())
                    ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}`,
      [limit, leaseUntil],
    );
  }

  /** The ids behind what statements and people call payouts: ours, or the provider's. */
  async named(tx: Tx, provider: string, names: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ name: string; id: string }>(
      `SELECT id::text AS name, id FROM wallet_withdrawals WHERE id = ANY($1::uuid[])
       UNION ALL SELECT provider_reference, id FROM wallet_withdrawals WHERE provider = $2 AND provider_reference = ANY($3::text[])`,
      [names.filter(isId), provider, names],
    );
    return new Map(rows.map(({ name, id }) => [name, id]));
  }

  /** Whose approved withdrawals wait for a batch, and in what. */
  waiting(tx: Tx): Promise<{ merchantId: string; currency: string }[]> {
    return tx.query(
      `SELECT DISTINCT merchant_id AS "merchantId", currency FROM wallet_withdrawals WHERE state = 'held' AND batch_id IS NULL
       ORDER BY merchant_id, currency`,
    );
  }

  /** The longest waiting ones that were approved up to the instant; whoever else is gathering passes them over. */
  lockWaiting(
    tx: Tx,
    merchantId: string,
    currency: string,
    upTo: Date,
    limit: number,
  ): Promise<{ id: string; payoutMinor: number }[]> {
    return tx.query(
      `SELECT id, amount_minor - fee_minor AS "payoutMinor" FROM wallet_withdrawals
       WHERE merchant_id = $1 AND currency = $2 AND state = 'held' AND batch_id IS NULL AND approved_at <= $3
       ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED`,
      [merchantId, currency, upTo, limit],
    );
  }

  /** Has the provider asked again about what ended since then, each once in a run that began at that moment; gives how many. */
  askAgain(tx: Tx, since: Date, runBegan: Date, limit: number): Promise<number> {
    return tx.execute(
      `UPDATE wallet_withdrawals SET action = 'query', next_at = now(), updated_at = now()
       WHERE id IN (SELECT id FROM wallet_withdrawals
                    WHERE state IN ('paid', 'failed') AND action IS NULL AND settled_at > $1 AND updated_at < $2 AND batch_id IS NOT NULL
                    ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)`,
      [since, runBegan, limit],
    );
  }

  async insertBatch(tx: Tx, batch: BatchRow): Promise<void> {
    await tx.execute(
      `INSERT INTO payout_batches (id, merchant_id, currency, withdrawals, total_minor, gathered_by) VALUES ($1, $2, $3, $4, $5, $6)`,
      [batch.id, batch.merchantId, batch.currency, batch.withdrawals, batch.totalMinor, batch.gatheredBy],
    );
  }

  async putInBatch(tx: Tx, batchId: string, ids: readonly string[]): Promise<void> {
    await tx.execute(
      `UPDATE wallet_withdrawals SET batch_id = $1, action = 'submit', next_at = now(), updated_at = now() WHERE id = ANY($2::uuid[])`,
      [batchId, ids],
    );
  }

  /** Gives the ids of events that were not known before. */
  async keepNews(
    tx: Tx,
    provider: string,
    news: readonly { eventId: string; type: string; payoutId?: string | undefined; payload: object; outcome: string }[],
  ): Promise<Set<string>> {
    const rows = await tx.query<{ event_id: string }>(
      `INSERT INTO payout_webhooks (provider, event_id, type, withdrawal_id, outcome, payload)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::jsonb[]) ON CONFLICT DO NOTHING RETURNING event_id`,
      [
        provider,
        news.map(({ eventId }) => eventId),
        news.map(({ type }) => type),
        news.map(({ payoutId }) => payoutId ?? null),
        news.map(({ outcome }) => outcome),
        news.map(({ payload }) => JSON.stringify(payload)),
      ],
    );
    return new Set(rows.map((row) => row.event_id));
  }
}
