import type { Tx } from '@florin/database';
import type { Features } from './features';
import type { LabelDto, SaveLabelDto } from './fraud.dto';

export interface LabelledDecision {
  paymentId: string;
  features: Features;
  fraud: boolean;
}

/** SQL of what payments turned out to be. */
export class LabelsRepository {
  async save(tx: Tx, merchantId: string, by: string, input: SaveLabelDto): Promise<LabelDto | undefined> {
    const [row] = await tx.query<LabelDto>(
      `INSERT INTO fraud_labels (payment_id, source, merchant_id, label, note, labelled_by)
       SELECT payment_id, $3, merchant_id, $4, $5, $6 FROM fraud_requests WHERE payment_id = $1 AND merchant_id = $2
       ON CONFLICT (payment_id, source) DO UPDATE SET label = excluded.label, note = excluded.note, labelled_by = excluded.labelled_by, labelled_at = now()
       RETURNING payment_id, label, source, note, labelled_by, labelled_at`,
      [input.payment_id, merchantId, input.source, input.label, input.note ?? null, by],
    );
    return row;
  }

  async merchants(tx: Tx): Promise<string[]> {
    const rows = await tx.query<{ id: string }>('SELECT DISTINCT merchant_id AS id FROM fraud_labels ORDER BY 1');
    return rows.map(({ id }) => id);
  }

  /** The newest labelled payments with what was known when they were decided. The bank's word beats ours, ours the reviewer's. */
  examples(tx: Tx, merchantId: string, limit: number): Promise<LabelledDecision[]> {
    return tx.query<LabelledDecision>(
      `SELECT label.payment_id AS "paymentId", log.features, label.label = 'fraud' AS fraud
       FROM (SELECT DISTINCT ON (payment_id) payment_id, label FROM fraud_labels WHERE merchant_id = $1
             ORDER BY payment_id DESC, array_position(ARRAY['chargeback', 'staff', 'review'], source) LIMIT $2) label
       JOIN fraud_requests request ON request.payment_id = label.payment_id
       JOIN fraud_detection_logs log ON log.id = request.decision_id AND log.decided_at = request.requested_at
       ORDER BY label.payment_id`,
      [merchantId, limit],
    );
  }
}
