import type { Tx } from '@florin/database';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface NewReplay {
  id: string;
  merchantId: string;
  lastDecisionId: string;
  examined: number;
  differing: string[];
}

/** Examples kept of decisions that came out otherwise. */
const mostExamples = 20;

/** SQL of decisions that were taken again. */
export class ReplaysRepository {
  /** Merchants with decisions, and the last one of each that was taken again. */
  open(source: Queries): Promise<{ merchantId: string; lastId: string | null }[]> {
    return source.query<{ merchantId: string; lastId: string | null }>(
      `WITH RECURSIVE merchant (id) AS (
         (SELECT merchant_id FROM fraud_requests ORDER BY merchant_id LIMIT 1)
         UNION ALL
         SELECT (SELECT merchant_id FROM fraud_requests WHERE merchant_id > merchant.id ORDER BY merchant_id LIMIT 1) FROM merchant WHERE merchant.id IS NOT NULL)
       SELECT merchant.id AS "merchantId", (SELECT last_decision_id FROM fraud_replays WHERE merchant_id = merchant.id
         ORDER BY last_decision_id DESC LIMIT 1) AS "lastId"
       FROM merchant WHERE merchant.id IS NOT NULL`,
    );
  }

  async insert(tx: Tx, { id, merchantId, lastDecisionId, examined, differing }: NewReplay): Promise<void> {
    await tx.execute(
      'INSERT INTO fraud_replays (id, merchant_id, last_decision_id, examined, differing, examples) VALUES ($1, $2, $3, $4, $5, $6)',
      [id, merchantId, lastDecisionId, examined, differing.length, differing.slice(0, mostExamples)],
    );
  }
}
