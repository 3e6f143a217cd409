import { Counter, Histogram } from 'prom-client';

export const paymentsByState = new Counter({
  name: 'wallet_payments_total',
  help: 'Payments that reached a state',
  labelNames: ['state'],
});
export const capturesByState = new Counter({
  name: 'wallet_captures_total',
  help: 'Captures that ended, by processor and how',
  labelNames: ['processor', 'state'],
});
export const refundsByState = new Counter({
  name: 'wallet_refunds_total',
  help: 'Refunds that reached a state',
  labelNames: ['state'],
});
export const processorSeconds = new Histogram({
  name: 'wallet_processor_seconds',
  help: 'How long a processor took to answer, or to be given up on',
  labelNames: ['processor', 'operation'],
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
export const processorErrors = new Counter({
  name: 'wallet_processor_errors_total',
  help: 'Questions to a processor that got no answer to go by',
  labelNames: ['processor', 'operation'],
});
export const webhooksByOutcome = new Counter({
  name: 'wallet_webhooks_total',
  help: 'Webhooks of processors, by what became of them',
  labelNames: ['processor', 'outcome'],
});
