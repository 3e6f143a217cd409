import { Counter } from 'prom-client';

export const paymentsByState = new Counter({
  name: 'wallet_payments_total',
  help: 'Payments that reached a state',
  labelNames: ['state'],
});
export const refundsByState = new Counter({
  name: 'wallet_refunds_total',
  help: 'Refunds that reached a state',
  labelNames: ['state'],
});
