import type { Tx } from '@florin/database';
import type { TopupDto } from './topup.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface NewTopup {
  id: string;
  paymentId: string;
  merchantId: string;
  memberId: string;
  currency: string;
  amountMinor: number;
}

/** What a top-up is called in the ledger and where its limits are counted. */
export const topupKey = (id: string): string => `topup:${id}`;

/** SQL of top-ups. */
export class TopupsRepository {
  async insert(tx: Tx, topup: NewTopup): Promise<void> {
    await tx.execute(
      `INSERT INTO wallet_topups (id, payment_id, merchant_id, member_id, currency, amount_minor, state) VALUES ($1, $2, $3, $4, $5, $6, 'requested')`,
      [topup.id, topup.paymentId, topup.merchantId, topup.memberId, topup.currency, topup.amountMinor],
    );
  }

  async one(source: Queries, merchantId: string, memberId: string, id: string): Promise<TopupDto | undefined> {
    const [topup] = await source.query<TopupDto>(
      'SELECT id, payment_id, currency, amount_minor, state, failure_code, created_at, settled_at FROM wallet_topups WHERE id = $1 AND member_id = $2 AND merchant_id = $3',
      [id, memberId, merchantId],
    );
    return topup;
  }

  /** Ends those that are still open and gives their ids. */
  async settle(
    tx: Tx,
    ids: readonly string[],
    state: 'completed' | 'failed',
    codes: readonly (string | null)[],
  ): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await tx.query<{ id: string }>(
      `UPDATE wallet_topups AS topup SET state = $2, failure_code = new.code, settled_at = now()
       FROM unnest($1::uuid[], $3::text[]) AS new (id, code) WHERE topup.id = new.id AND topup.state = 'requested' RETURNING topup.id`,
      [ids, state, codes],
    );
    return new Set(rows.map((row) => row.id));
  }
}
