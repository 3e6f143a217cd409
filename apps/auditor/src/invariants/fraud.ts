import { type Invariant, within } from '../invariant';

/** The job that ends reviews looks twice a minute; every retry has come round by then. */
const stuckAfter = `interval '15 minutes'`;

const decidedOnce = within({
  service: 'wallet',
  name: 'fraud.every-payment-was-decided-once',
  says: 'Every charge that was asked for has exactly one fraud decision in the log, about the same member, amount and currency.',
  examined: 'fraud_requests',
  offenders: `
    SELECT 'payment:' || p.id AS subject, format('%s %s of %s was asked for without a fraud decision', p.amount_minor, p.currency, p.member_id) AS detail
    FROM payment_transactions p LEFT JOIN fraud_requests r ON r.payment_id = p.id
    WHERE r.payment_id IS NULL AND p.created_at >= (SELECT min(began_at) FROM fraud_beginnings)
    UNION ALL
    SELECT 'payment:' || r.payment_id, format('decided as %s %s of %s, asked for as %s %s of %s', r.amount_minor, r.currency, r.member_id,
      p.amount_minor, p.currency, p.member_id)
    FROM fraud_requests r LEFT JOIN payment_transactions p ON p.id = r.payment_id
    WHERE (p.merchant_id, p.member_id, p.currency, p.amount_minor) IS DISTINCT FROM (r.merchant_id, r.member_id, r.currency, r.amount_minor)
    UNION ALL
    SELECT 'payment:' || coalesce(r.payment_id, l.payment_id), format('%s decisions in the log, for %s', coalesce(l.count, 0),
      CASE WHEN r.payment_id IS NULL THEN 'a payment that nobody decided about' ELSE 'one payment' END)
    FROM fraud_requests r FULL JOIN (SELECT payment_id, count(*) AS count, min(id::text) AS id FROM fraud_detection_logs GROUP BY payment_id) l
      ON l.payment_id = r.payment_id
    WHERE r.payment_id IS NULL OR coalesce(l.count, 0) <> 1 OR l.id <> r.decision_id::text`,
});

/** The score of a decision, from what its rules said: each adds its weight as far as it is certain. */
const added = `SELECT coalesce(sum((result->>'score')::numeric * (result->>'weight')::numeric), 0) / 100 AS sum,
  coalesce(bool_or(result->'reasons' @> '[{"decisive": true}]'), false) AS decisive FROM jsonb_array_elements(l.results) result`;

const followsScores = within({
  service: 'wallet',
  name: 'fraud.outcomes-follow-the-scores',
  says: 'The score of every fraud decision is what its rules add up to, its outcome what the thresholds of its settings say, its reasons those of its rules.',
  examined: 'fraud_detection_logs',
  offenders: `
    SELECT 'decision:' || l.id AS subject, format('%s at %s of 100, its rules add up to %s; reviewed from %s, refused from %s', l.outcome, l.score, told.score,
      l.review_from, l.deny_from) AS detail
    FROM fraud_detection_logs l
    CROSS JOIN LATERAL (SELECT CASE WHEN decisive THEN 100 ELSE least(100, floor(sum + 0.5)) END AS score, decisive FROM (${added}) added) told
    LEFT JOIN fraud_settings s ON s.merchant_id = l.merchant_id AND s.version = l.settings_version
    WHERE l.score <> told.score
      OR l.outcome <> CASE WHEN told.decisive OR l.score >= l.deny_from THEN 'deny' WHEN l.score >= l.review_from THEN 'review' ELSE 'allow' END
      OR (l.settings_version > 0 AND (s.settings->>'review_from', s.settings->>'deny_from') IS DISTINCT FROM (l.review_from::text, l.deny_from::text))
      OR l.reasons <> ARRAY(SELECT reason->>'code' FROM jsonb_array_elements(l.results) WITH ORDINALITY result (value, at),
           jsonb_array_elements(result.value->'reasons') WITH ORDINALITY reasons (reason, nth) ORDER BY result.at, reasons.nth)`,
});

const stopped = within({
  service: 'wallet',
  name: 'fraud.nothing-stopped-was-charged',
  says: 'A payment stands as its decision or its reviewer said, and no card was charged for one that was refused or is still looked at.',
  examined: 'fraud_requests',
  offenders: `
    SELECT 'payment:' || r.payment_id AS subject, format('stands as %s; decided %s, review %s', r.standing, l.outcome, coalesce(v.state, 'none')) AS detail
    FROM fraud_requests r JOIN fraud_detection_logs l ON l.id = r.decision_id LEFT JOIN fraud_reviews v ON v.payment_id = r.payment_id
    WHERE (l.outcome = 'review') <> (v.id IS NOT NULL)
      OR r.standing <> CASE WHEN l.outcome = 'allow' OR v.state = 'approved' OR v.state = 'expired' AND v.on_expiry = 'approve' THEN 'allowed'
           WHEN v.state = 'open' THEN 'reviewing' ELSE 'denied' END
    UNION ALL
    SELECT 'payment:' || p.id, format('%s, %s captured, although it is %s', p.state, p.captured_minor, r.standing)
    FROM payment_transactions p JOIN fraud_requests r ON r.payment_id = p.id
    WHERE r.standing <> 'allowed' AND (p.captured_minor > 0 OR p.provider_reference IS NOT NULL)`,
});

const reviewsHold = within({
  service: 'wallet',
  name: 'fraud.reviews-hold-their-payments',
  says: 'Nobody is asked for a payment exactly as long as its review is open, and no review is open long after its time.',
  examined: 'fraud_reviews',
  offenders: `
    SELECT 'payment:' || coalesce(p.id, v.payment_id) AS subject, format('%s, next: %s; review %s', p.state, coalesce(p.action, 'nothing'), coalesce(v.state, 'none')) AS detail
    FROM (SELECT * FROM payment_transactions WHERE state = 'requested' AND action IS NULL) p
    FULL JOIN (SELECT * FROM fraud_reviews WHERE state = 'open') v ON v.payment_id = p.id
    WHERE p.id IS NULL OR v.id IS NULL
    UNION ALL
    SELECT 'review:' || id, format('open since %s, its time was over at %s', opened_at, expires_at) FROM fraud_reviews
    WHERE state = 'open' AND greatest(expires_at, opened_at) < now() - ${stuckAfter}`,
});

const replaysAgree = within({
  service: 'wallet',
  name: 'fraud.replays-agree',
  says: 'Fraud decisions that were taken again, with what they were taken with, came out the same.',
  examined: 'fraud_replays',
  offenders: `
    SELECT 'replay:' || id AS subject, format('%s of %s decisions came out otherwise, the first %s', differing, examined, examples[1]) AS detail
    FROM fraud_replays WHERE differing > 0`,
});

export const fraudInvariants: Invariant[] = [decidedOnce, followsScores, stopped, reviewsHold, replaysAgree];
