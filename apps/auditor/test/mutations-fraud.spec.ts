import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

const refusing = `results = '[{"rule": "velocity", "score": 100, "weight": 90, "reasons": [{"code": "declines_in_row", "score": 100, "facts": {}}]}]',
  reasons = '{declines_in_row}', score = 90`;

const mutations: Mutation[] = [
  {
    title: 'a charge that the fraud check never saw',
    sql: ({ elsewhere }) => ({
      wallet: `DELETE FROM fraud_requests WHERE payment_id = '${elsewhere.paymentId}'; DELETE FROM fraud_detection_logs WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.every-payment-was-decided-once'],
  },
  {
    title: 'a charge that was decided about twice',
    sql: ({ elsewhere }) => ({
      wallet: `INSERT INTO fraud_detection_logs SELECT (jsonb_populate_record(l, '{"id": "${newId()}"}')).* FROM fraud_detection_logs l WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.every-payment-was-decided-once'],
  },
  {
    title: 'a charge of more than the fraud check saw',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE fraud_requests SET amount_minor = amount_minor - 1 WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.every-payment-was-decided-once'],
  },
  {
    title: 'a charge that was allowed although its rules add up to a refusal',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE fraud_detection_logs SET ${refusing} WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.outcomes-follow-the-scores'],
  },
  {
    title: 'a fraud score that is not what its rules add up to',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE fraud_detection_logs SET score = 1 WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.outcomes-follow-the-scores'],
  },
  {
    title: 'a fraud decision that gives reasons its rules did not see',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE fraud_detection_logs SET reasons = '{amount_round}' WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.outcomes-follow-the-scores'],
  },
  {
    title: 'a fraud decision by thresholds that its settings never had',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE fraud_detection_logs SET settings_version = 1 WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.outcomes-follow-the-scores'],
  },
  {
    title: 'a card that was charged although the fraud check had refused it',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE fraud_detection_logs SET ${refusing}, outcome = 'deny' WHERE payment_id = '${elsewhere.paymentId}';
        UPDATE fraud_requests SET standing = 'denied' WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.nothing-stopped-was-charged'],
  },
  {
    title: 'a payment that counts as allowed while somebody still looks at it',
    sql: ({ reserving }) => ({
      wallet: `UPDATE fraud_requests SET standing = 'allowed' WHERE payment_id = '${reserving.paymentId}'`,
    }),
    breaks: ['fraud.nothing-stopped-was-charged'],
  },
  {
    title: 'a review that nobody ended when its time was over',
    sql: ({ reserving }) => ({
      wallet: `UPDATE fraud_reviews SET expires_at = now() - interval '1 hour' WHERE payment_id = '${reserving.paymentId}'`,
    }),
    breaks: ['fraud.reviews-hold-their-payments'],
  },
  {
    title: 'a payment that went on while its review is open',
    sql: ({ reserving }) => ({
      wallet: `UPDATE payment_transactions SET action = 'authorise', asked_at = now() WHERE id = '${reserving.paymentId}'`,
    }),
    breaks: ['fraud.reviews-hold-their-payments'],
  },
  {
    title: 'fraud decisions that come out otherwise when they are taken again',
    sql: ({ elsewhere }) => ({
      wallet: `INSERT INTO fraud_replays (id, merchant_id, last_decision_id, examined, differing, examples)
        SELECT gen_random_uuid(), merchant_id, id, 10, 1, ARRAY[id] FROM fraud_detection_logs WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['fraud.replays-agree'],
  },
];

spoilsAndIsNamed(mutations);
