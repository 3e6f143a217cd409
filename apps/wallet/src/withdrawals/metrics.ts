import { Counter } from 'prom-client';

export const payoutsByState = new Counter({
  name: 'wallet_payouts_total',
  help: 'Withdrawals that reached a state',
  labelNames: ['state'],
});
