import type { DecisionDetailDto, DecisionDto, DecisionsQuery } from './fraud.dto';
import type { Features } from './features';
import type { RuleResult } from './rule-result';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** A decision with what it was taken from. */
export interface LoggedDecision {
  id: string;
  decidedAt: Date;
  features: Features;
  rulesVersion: number;
  settingsVersion: number;
  modelVersion: number | null;
  results: RuleResult[];
  score: number;
  outcome: DecisionDto['outcome'];
}

const shown = `log.id, log.payment_id, log.member_id, log.order_id, log.purpose, log.currency, log.amount_minor, log.outcome, request.standing,
  log.score, log.reasons, log.rules_version, log.settings_version, log.model_version, log.decided_at`;
const logged = `id, decided_at AS "decidedAt", features, rules_version AS "rulesVersion", settings_version AS "settingsVersion",
  model_version AS "modelVersion", results, score, outcome`;
const from = 'FROM fraud_detection_logs log JOIN fraud_requests request ON request.payment_id = log.payment_id';

/** SQL of decisions that were taken. */
export class DecisionsRepository {
  /** Newest first: ids are made in the order of time. */
  list(source: Queries, merchantId: string, query: DecisionsQuery, afterId?: string): Promise<DecisionDto[]> {
    return source.query<DecisionDto>(
      `SELECT ${shown} ${from}
       WHERE log.merchant_id = $1 AND ($2::uuid IS NULL OR log.id < $2::uuid) AND ($3::text IS NULL OR log.outcome = $3::text)
         AND ($4::uuid IS NULL OR log.member_id = $4::uuid) AND ($5::uuid IS NULL OR log.payment_id = $5::uuid)
         AND ($6::uuid IS NULL OR log.order_id = $6::uuid) AND ($7::text IS NULL OR $7::text = ANY(log.reasons)) AND log.score >= $8
       ORDER BY log.id DESC LIMIT $9`,
      [
        merchantId,
        afterId ?? null,
        query.outcome ?? null,
        query.member_id ?? null,
        query.payment_id ?? null,
        query.order_id ?? null,
        query.reason ?? null,
        query.min_score ?? 0,
        query.limit + 1,
      ],
    );
  }

  async detail(source: Queries, merchantId: string, id: string): Promise<DecisionDetailDto | undefined> {
    const [row] = await source.query<DecisionDetailDto>(
      `SELECT ${shown}, log.results, log.features, log.review_from, log.deny_from, log.latency_us ${from} WHERE log.merchant_id = $1 AND log.id = $2`,
      [merchantId, id],
    );
    return row;
  }

  async logged(source: Queries, merchantId: string, id: string): Promise<LoggedDecision | undefined> {
    const [row] = await source.query<LoggedDecision>(
      `SELECT ${logged} FROM fraud_detection_logs WHERE merchant_id = $1 AND id = $2`,
      [merchantId, id],
    );
    return row;
  }

  /** The newest that came after the one named. */
  newest(source: Queries, merchantId: string, afterId: string | null, limit: number): Promise<LoggedDecision[]> {
    return source.query<LoggedDecision>(
      `SELECT ${logged} FROM fraud_detection_logs WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id DESC LIMIT $3`,
      [merchantId, afterId, limit],
    );
  }

  /** In the order of time, from an instant on, or from a decision on. */
  between(
    source: Queries,
    merchantId: string,
    span: { from: Date; to: Date; afterId: string | null },
    limit: number,
  ): Promise<LoggedDecision[]> {
    return source.query<LoggedDecision>(
      `SELECT ${logged} FROM fraud_detection_logs
       WHERE merchant_id = $1 AND decided_at >= $2 AND decided_at < $3 AND ($4::uuid IS NULL OR id > $4::uuid) ORDER BY id LIMIT $5`,
      [merchantId, span.from, span.to, span.afterId, limit],
    );
  }
}
