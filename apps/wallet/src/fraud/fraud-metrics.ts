import { Counter, Histogram } from 'prom-client';

export const decisionsTotal = new Counter({
  name: 'wallet_fraud_decisions_total',
  help: 'Fraud decisions by outcome',
  labelNames: ['outcome'],
});
export const signsTotal = new Counter({
  name: 'wallet_fraud_signs_total',
  help: 'Rules that saw a sign of fraud, by rule and by the outcome of the payment',
  labelNames: ['rule', 'outcome'],
});
export const decisionSeconds = new Histogram({
  name: 'wallet_fraud_decision_seconds',
  help: 'Time to look back, decide and write down, for a set of payments',
  buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5],
});
export const reviewsTotal = new Counter({
  name: 'wallet_fraud_reviews_total',
  help: 'Reviews that ended, by how',
  labelNames: ['state'],
});
