import type { Tx } from '@florin/database';
import type { ReviewDto, ReviewsQuery } from './fraud.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface DueReview {
  id: string;
  paymentId: string;
  merchantId: string;
  onExpiry: 'deny' | 'approve';
}

export interface EndedReview extends DueReview {
  state: 'approved' | 'denied' | 'expired';
  /** Whether the payment goes on. */
  goesOn: boolean;
  decidedBy: string | null;
  reason: string | null;
}

const view = `
  SELECT review.id, review.payment_id, request.decision_id, request.member_id, request.currency, request.amount_minor, log.score, log.reasons,
         review.state, review.on_expiry, review.opened_at, review.expires_at, review.decided_at, review.decided_by, review.reason
  FROM fraud_reviews review JOIN fraud_requests request ON request.payment_id = review.payment_id
  JOIN fraud_detection_logs log ON log.id = request.decision_id AND log.decided_at = request.requested_at`;

/** SQL of the review queue. */
export class ReviewsRepository {
  /** The oldest first: it is a queue. */
  list(source: Queries, merchantId: string, query: ReviewsQuery, afterId?: string): Promise<ReviewDto[]> {
    return source.query<ReviewDto>(
      `${view} WHERE review.merchant_id = $1 AND ($2::text IS NULL OR review.state = $2::text) AND ($3::uuid IS NULL OR review.id > $3::uuid)
       ORDER BY review.id LIMIT $4`,
      [merchantId, query.state ?? null, afterId ?? null, query.limit + 1],
    );
  }

  async one(source: Queries, merchantId: string, id: string): Promise<ReviewDto | undefined> {
    const [row] = await source.query<ReviewDto>(`${view} WHERE review.merchant_id = $1 AND review.id = $2`, [
      merchantId,
      id,
    ]);
    return row;
  }

  due(tx: Tx, now: Date, limit: number): Promise<DueReview[]> {
    return tx.query<DueReview>(
      `SELECT id, payment_id AS "paymentId", merchant_id AS "merchantId", on_expiry AS "onExpiry" FROM fraud_reviews
       WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`,
      [now, limit],
    );
  }

  /** Ends those that are still open, with where their payments stand and what was learnt; gives the ids of those. */
  async end(tx: Tx, reviews: readonly EndedReview[], now: Date): Promise<Set<string>> {
    if (reviews.length === 0) return new Set();
    const rows = await tx.query<{ id: string }>(
      `WITH ended AS (
         UPDATE fraud_reviews review SET state = new.state, decided_by = new.decided_by, reason = new.reason, decided_at = $6
         FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::text[], $5::text[]) AS new (id, state, goes_on, decided_by, reason)
         WHERE review.id = new.id AND review.state = 'open' RETURNING review.payment_id, review.merchant_id, review.state, review.reason, review.decided_by, new.goes_on),
       stands AS (
         UPDATE fraud_requests request SET standing = CASE WHEN ended.goes_on THEN 'allowed' ELSE 'denied' END
         FROM ended WHERE request.payment_id = ended.payment_id),
       learnt AS (
         INSERT INTO fraud_labels (payment_id, source, merchant_id, label, note, labelled_by)
         SELECT payment_id, 'review', merchant_id, CASE state WHEN 'approved' THEN 'genuine' ELSE 'fraud' END, reason, decided_by FROM ended
         WHERE state IN ('approved', 'denied') ON CONFLICT DO NOTHING)
       SELECT payment_id AS id FROM ended`,
      [
        reviews.map(({ id }) => id),
        reviews.map(({ state }) => state),
        reviews.map(({ goesOn }) => goesOn),
        reviews.map(({ decidedBy }) => decidedBy),
        reviews.map(({ reason }) => reason),
        now,
      ],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
